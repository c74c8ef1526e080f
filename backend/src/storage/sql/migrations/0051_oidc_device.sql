-- Logins that a machine without a keyboard asks for and a phone confirms. What the machine holds is kept as a hash, what a
-- person types as a keyed one: it is short.
CREATE TABLE oidc_device (
    device     BLOB PRIMARY KEY,
    user_code  BLOB NOT NULL UNIQUE,
    client     TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    -- The key that the machine holds.
    key_bound  TEXT,
    -- The number on its screen.
    number     INTEGER NOT NULL,
    opened_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- When it last asked, and how many seconds it has to wait until it asks again.
    asked_at   INTEGER,
    wait       INTEGER NOT NULL,
    refused    INTEGER NOT NULL,
    -- The login that came of it.
    grant_id   BLOB REFERENCES oidc_grant (id) ON DELETE CASCADE
);
CREATE INDEX oidc_device_expires ON oidc_device (expires_at);
CREATE INDEX oidc_device_grant ON oidc_device (grant_id);
