CREATE TABLE staff (
    id              BLOB PRIMARY KEY,
    account         TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    roles           TEXT NOT NULL,
    authority       TEXT,
    hall            TEXT,
    active          INTEGER NOT NULL,
    -- argon2id, PHC string; none until an administrator has set a first password.
    password_hash   TEXT,
    change_password INTEGER NOT NULL,
    -- Sealed with the key of the installation.
    totp_secret     BLOB,
    totp_last_step  INTEGER,
    last_login      INTEGER,
    created_at      INTEGER NOT NULL
);

-- Wrong logins by account name (a keyed hash: names that do not exist are counted, too).
CREATE TABLE staff_lock (
    account      BLOB PRIMARY KEY,
    failures     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
);

CREATE TABLE staff_ticket (
    token      BLOB PRIMARY KEY,
    staff      BLOB NOT NULL REFERENCES staff (id),
    enrol      BLOB,
    expires_at INTEGER NOT NULL,
    tries_left INTEGER NOT NULL
);

CREATE TABLE staff_session (
    token        BLOB PRIMARY KEY,
    staff        BLOB NOT NULL REFERENCES staff (id),
    created_at   INTEGER NOT NULL,
    idle_ends_at INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL
);
CREATE INDEX staff_session_staff ON staff_session (staff);

-- Logins and administration. Nothing in it is ever changed or taken away.
CREATE TABLE staff_audit (
    id      BLOB PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   BLOB,
    subject BLOB,
    action  TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX staff_audit_at ON staff_audit (at);
CREATE TRIGGER staff_audit_is_not_changed BEFORE UPDATE ON staff_audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER staff_audit_is_not_deleted BEFORE DELETE ON staff_audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
