-- The bytes of files, where the configuration keeps them in the database.
CREATE TABLE blob (
    id BLOB PRIMARY KEY,
    -- How many pieces it has; NULL while it is being written.
    pieces INTEGER
);
CREATE TABLE blob_piece (
    blob BLOB NOT NULL REFERENCES blob (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (blob, number)
);
