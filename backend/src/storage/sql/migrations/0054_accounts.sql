-- How the levels of accounts were raised: by what, and by whom. Nothing in it is ever changed.
CREATE TABLE level_raise (
    id     BLOB PRIMARY KEY,
    person BLOB NOT NULL REFERENCES person (id),
    level  TEXT NOT NULL,
    way    TEXT NOT NULL,
    staff  BLOB,
    hall   TEXT,
    at     INTEGER NOT NULL
);
CREATE INDEX level_raise_person ON level_raise (person, at);

-- The code that a citizen shows at a window: one for each account. Codes are keyed hashes.
CREATE TABLE level_visit (
    person     BLOB PRIMARY KEY REFERENCES person (id),
    code       BLOB NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL
);

-- Passkeys. Public keys as they are verified with.
CREATE TABLE passkey (
    id         BLOB PRIMARY KEY,
    person     BLOB NOT NULL REFERENCES person (id),
    credential BLOB NOT NULL UNIQUE,
    algorithm  INTEGER NOT NULL,
    public_key BLOB NOT NULL,
    -- How often it has signed, where it counts.
    signed     INTEGER NOT NULL,
    synced     INTEGER NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER
);
CREATE INDEX passkey_person ON passkey (person, created_at);

-- Challenges that were answered: each counts once. Those that were not are kept nowhere.
CREATE TABLE passkey_answered (
    challenge  BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
);
CREATE INDEX passkey_answered_expires ON passkey_answered (expires_at);

-- When the citizen of a session last showed that they are there.
CREATE TABLE session_proof (
    session BLOB PRIMARY KEY,
    way     TEXT NOT NULL,
    at      INTEGER NOT NULL
);
CREATE INDEX session_proof_at ON session_proof (at);
