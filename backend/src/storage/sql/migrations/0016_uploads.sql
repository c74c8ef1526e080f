-- A file on its way. Its bytes are parts; the file is made of them once all are here and it was found good.
CREATE TABLE upload (
    id BLOB PRIMARY KEY,
    -- A person, or (staff = 1) a member of staff.
    sender BLOB NOT NULL,
    staff INTEGER NOT NULL,
    -- The attempt, and a hash of all that was asked with it.
    key BLOB NOT NULL,
    payload BLOB NOT NULL,
    principal BLOB NOT NULL,
    draft BLOB,
    case_id BLOB,
    path TEXT,
    name TEXT NOT NULL,
    media_type TEXT,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    received INTEGER NOT NULL,
    -- The file that it became, or the code with which it was refused; neither while it is on its way.
    file BLOB,
    refused TEXT
);
CREATE UNIQUE INDEX upload_attempt ON upload (sender, key);
CREATE INDEX upload_of_draft ON upload (draft) WHERE draft IS NOT NULL;
CREATE INDEX upload_of_case ON upload (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX upload_begun ON upload (begun_at);

CREATE TABLE upload_part (
    upload BLOB NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (upload, start)
);
CREATE UNIQUE INDEX upload_part_blob ON upload_part (blob);

-- Blobs that may be nobody's: noted before one is written, until something names it, and again with what named it is
-- forgotten. Whatever happens in between, a blob that is nobody's is found here and taken away.
CREATE TABLE blob_doubt (
    blob BLOB PRIMARY KEY,
    -- 0: nothing will name it any more.
    since INTEGER NOT NULL
);
CREATE INDEX blob_doubt_since ON blob_doubt (since);
