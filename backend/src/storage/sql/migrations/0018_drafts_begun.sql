-- Drafts that terminals began by themselves: which draft each came to. It outlives the draft, so that one that is told of again
-- is not begun again.
CREATE TABLE draft_begun (
    id BLOB PRIMARY KEY,
    principal BLOB NOT NULL,
    draft BLOB NOT NULL,
    at INTEGER NOT NULL
);
