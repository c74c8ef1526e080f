-- Passkeys of staff, apart from those of citizens.
CREATE TABLE staff_passkey (
    id         BLOB PRIMARY KEY,
    staff      BLOB NOT NULL REFERENCES staff (id),
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
CREATE INDEX staff_passkey_staff ON staff_passkey (staff, created_at);
