-- Answers are merged by the stamps of hybrid logical clocks: time, count within it, writer. One of the time before has as its
-- stamp when it was taken.
ALTER TABLE draft_answer ADD COLUMN stamp_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft_answer ADD COLUMN stamp_count INTEGER NOT NULL DEFAULT 0;
-- The revision at which it was given. The one that says since when terminals may not know it can be later: a row that comes
-- back brings all its answers along.
ALTER TABLE draft_answer ADD COLUMN given_revision INTEGER NOT NULL DEFAULT 0;
UPDATE draft_answer SET stamp_at = at, given_revision = revision;
-- Of a repeating group: its rows, those that were taken away included, as JSON of onehall-sync; and since when the first of
-- those is gone that are still known.
ALTER TABLE draft_answer ADD COLUMN group_rows TEXT;
ALTER TABLE draft_answer ADD COLUMN row_gone_at INTEGER;
CREATE INDEX draft_answer_gone ON draft_answer (row_gone_at) WHERE row_gone_at IS NOT NULL;

-- How far the changes of each writer have arrived: one that comes again is not taken again.
CREATE TABLE draft_writer (
    draft BLOB NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
    writer BLOB NOT NULL,
    stamp_at INTEGER NOT NULL,
    stamp_count INTEGER NOT NULL,
    PRIMARY KEY (draft, writer)
);

-- Answers that did not stand against one whose terminal did not know of them. One for each question and writer: the last.
CREATE TABLE draft_lost (
    draft BLOB NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    path TEXT NOT NULL,
    writer BLOB NOT NULL,
    value TEXT NOT NULL,
    terminal TEXT NOT NULL,
    -- When it was given, and since when it is kept here.
    at INTEGER NOT NULL,
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (draft, n)
);
CREATE UNIQUE INDEX draft_lost_of ON draft_lost (draft, path, writer);
CREATE INDEX draft_lost_kept ON draft_lost (kept_at);
-- How many there have been: no number is given twice.
ALTER TABLE draft ADD COLUMN lost_made INTEGER NOT NULL DEFAULT 0;
