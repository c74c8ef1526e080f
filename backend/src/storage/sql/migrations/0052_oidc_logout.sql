-- Whether the session of the hall in which a login at a client was allowed has ended, so that its client was told so.
ALTER TABLE oidc_grant ADD COLUMN session_ended INTEGER NOT NULL DEFAULT 0;
-- Whether the client is a terminal of the hall itself: then the session is its own, and ends with the login.
ALTER TABLE oidc_grant ADD COLUMN own_session INTEGER NOT NULL DEFAULT 0;
CREATE INDEX oidc_grant_open ON oidc_grant (session_ended, session);

-- Clients that have still to be told that a session of the hall has ended.
CREATE TABLE oidc_notice (
    session BLOB NOT NULL,
    client  TEXT NOT NULL,
    person  BLOB NOT NULL,
    -- How often it was tried, and when it is tried next.
    tries   INTEGER NOT NULL,
    due_at  INTEGER NOT NULL,
    PRIMARY KEY (session, client)
);
CREATE INDEX oidc_notice_due ON oidc_notice (due_at);
