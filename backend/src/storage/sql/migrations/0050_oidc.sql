-- Keys that sign what the hall says of who logged in. Sealed with the key of the installation.
CREATE TABLE oidc_key (
    id         TEXT PRIMARY KEY,
    sealed     BLOB NOT NULL,
    jwk        TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

-- What clients have asked for and citizens have not answered yet. Ids are hashes of what the client or the page holds.
CREATE TABLE oidc_request (
    id         BLOB PRIMARY KEY,
    client     TEXT NOT NULL,
    -- Whether the client put it here itself and the citizen has not come yet.
    pushed     INTEGER NOT NULL,
    request    TEXT NOT NULL,
    opened_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX oidc_request_expires ON oidc_request (expires_at);

-- What a citizen lets a client know, until they take it back.
CREATE TABLE oidc_consent (
    person   BLOB NOT NULL REFERENCES person (id),
    client   TEXT NOT NULL,
    scopes   TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    PRIMARY KEY (person, client)
);

-- One login at a client, and all that comes of it: its code, its tokens, those that these were exchanged for. It ends as a
-- whole: nothing that was given out for it outlives its row.
CREATE TABLE oidc_grant (
    id         BLOB PRIMARY KEY,
    person     BLOB NOT NULL REFERENCES person (id),
    client     TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    -- The session of the hall in which it was given.
    session    BLOB NOT NULL,
    nonce      TEXT,
    acr        TEXT NOT NULL,
    auth_time  INTEGER NOT NULL,
    -- The thumbprint of the key that its refresh tokens are bound to.
    key_bound  TEXT,
    created_at INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL
);
CREATE INDEX oidc_grant_person ON oidc_grant (person, client);
CREATE INDEX oidc_grant_session ON oidc_grant (session);
CREATE INDEX oidc_grant_ends ON oidc_grant (ends_at);

-- Kept as long as its grant, so that one that comes again is known.
CREATE TABLE oidc_code (
    code         BLOB PRIMARY KEY,
    grant_id     BLOB NOT NULL REFERENCES oidc_grant (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    key_bound    TEXT,
    expires_at   INTEGER NOT NULL,
    used_at      INTEGER
);
CREATE INDEX oidc_code_grant ON oidc_code (grant_id);

CREATE TABLE oidc_access (
    token      BLOB PRIMARY KEY,
    grant_id   BLOB NOT NULL REFERENCES oidc_grant (id) ON DELETE CASCADE,
    scopes     TEXT NOT NULL,
    key_bound  TEXT,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX oidc_access_grant ON oidc_access (grant_id);
CREATE INDEX oidc_access_expires ON oidc_access (expires_at);

-- Used ones stay as long as their grant, so that one that comes again is known. The next of each follows from itself.
CREATE TABLE oidc_refresh (
    token      BLOB PRIMARY KEY,
    grant_id   BLOB NOT NULL REFERENCES oidc_grant (id) ON DELETE CASCADE,
    issued_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    -- The access token that was given for it, and the key that asked.
    gave       BLOB,
    used_with  TEXT
);
CREATE INDEX oidc_refresh_grant ON oidc_refresh (grant_id);

-- What may be shown to the hall once: assertions of clients, proofs of keys.
CREATE TABLE oidc_shown (
    what       BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
);
CREATE INDEX oidc_shown_expires ON oidc_shown (expires_at);
