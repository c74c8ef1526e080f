-- A draft that moved to a newer version of its form: the version that it came from, and the revision with which it moved.
-- Both go when the citizen saves something with that revision in sight: then it was told.
ALTER TABLE draft ADD COLUMN moved_from INTEGER;
ALTER TABLE draft ADD COLUMN moved_at INTEGER;
