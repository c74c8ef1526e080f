-- Whoever reports on a release says nothing of who they are, so what one network says is bounded. How many reports on how a release
-- was tried came from a network, and how many of them say that it was left. The network is a keyed hash, another one for each
-- release, and no time stands beside it.
CREATE TABLE update_network (
    app     TEXT NOT NULL,
    release INTEGER NOT NULL,
    network BLOB NOT NULL,
    tried   INTEGER NOT NULL,
    back    INTEGER NOT NULL,
    PRIMARY KEY (app, release, network)
) WITHOUT ROWID;

-- How many of a number decide on whether a release is stopped, and how many of those came from one network at most.
ALTER TABLE update_count ADD COLUMN decisive INTEGER NOT NULL DEFAULT 0;
ALTER TABLE update_count ADD COLUMN most INTEGER NOT NULL DEFAULT 0;
-- What was told before decides as it did.
UPDATE update_count SET decisive = count;
