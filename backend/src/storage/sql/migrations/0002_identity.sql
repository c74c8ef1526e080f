-- Citizens and legal persons. Ids BLOB(16), times INTEGER of Unix milliseconds.
CREATE TABLE person (
    id                BLOB PRIMARY KEY,
    kind              TEXT NOT NULL CHECK (kind IN ('citizen', 'legal_person')),
    name              TEXT NOT NULL,
    citizen_id        TEXT UNIQUE,
    organisation_code TEXT UNIQUE,
    phone             TEXT UNIQUE,
    address           TEXT,
    assurance         TEXT NOT NULL,
    created_at        INTEGER NOT NULL
);

-- Who may act for a legal person.
CREATE TABLE agency (
    legal_person BLOB NOT NULL REFERENCES person (id),
    agent        BLOB NOT NULL REFERENCES person (id),
    PRIMARY KEY (agent, legal_person)
);

-- The one code that counts for a phone number. Phone numbers and codes are keyed hashes.
CREATE TABLE login_code (
    phone      BLOB PRIMARY KEY,
    code       BLOB NOT NULL,
    sent_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    tries_left INTEGER NOT NULL
);

-- What rate limits count: codes asked for by a phone number or a client, wrong codes of a client.
CREATE TABLE login_count (
    kind TEXT NOT NULL,
    who  BLOB NOT NULL,
    at   INTEGER NOT NULL
);
CREATE INDEX login_count_who ON login_count (kind, who, at);
CREATE INDEX login_count_at ON login_count (at);

CREATE TABLE citizen_session (
    token        BLOB PRIMARY KEY,
    person       BLOB NOT NULL REFERENCES person (id),
    terminal     TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    idle_ends_at INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL
);
CREATE INDEX citizen_session_person ON citizen_session (person);
CREATE INDEX citizen_session_ends ON citizen_session (idle_ends_at);
