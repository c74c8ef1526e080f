-- The log of each principal's changes. A command that changes something of a principal takes the next number from this row,
-- which it holds until it is kept: numbers have no gaps, and who sees one sees all below it.
CREATE TABLE sync_head (
    principal BLOB PRIMARY KEY,
    -- Which log: numbers of one epoch say nothing in another.
    epoch INTEGER NOT NULL,
    -- The last number.
    seq INTEGER NOT NULL,
    -- Up to which number the log is not kept any more.
    trimmed INTEGER NOT NULL
);

-- What changed, and nothing of how: a reader looks it up as it is.
CREATE TABLE sync_change (
    principal BLOB NOT NULL,
    seq INTEGER NOT NULL,
    entity TEXT NOT NULL,
    id BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (principal, seq)
);
CREATE INDEX sync_change_at ON sync_change (at);

-- Of what was there before the log nothing is logged: its terminals begin with a snapshot.
INSERT INTO sync_head (principal, epoch, seq, trimmed)
SELECT principal, 0, 1, 1 FROM draft UNION SELECT principal, 0, 1, 1 FROM case_record;
