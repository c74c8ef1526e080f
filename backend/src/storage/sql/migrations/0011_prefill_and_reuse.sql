-- Where an answer came from that the hall filled in, as JSON; NULL beside prefilled = 1 is the profile.
ALTER TABLE draft_answer ADD COLUMN prefilled_from TEXT;

-- Where a file came from that was taken over instead of an upload, as JSON, and the file that it is a copy of.
ALTER TABLE file ADD COLUMN source TEXT;
ALTER TABLE file ADD COLUMN origin BLOB;
