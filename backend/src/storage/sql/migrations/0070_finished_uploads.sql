-- An upload that became a file is known for as long as any attempt, and nothing is kept in it of what the file says itself.
UPDATE upload SET path = NULL, name = '', media_type = NULL, sha256 = '' WHERE file IS NOT NULL;
-- What is on its way is little among that; and how many somebody began since yesterday.
CREATE INDEX upload_open ON upload (sender, refused) WHERE file IS NULL;
CREATE INDEX upload_of_day ON upload (sender, begun_at);
