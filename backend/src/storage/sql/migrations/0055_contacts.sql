-- What logs an account in by a one-time code. `person.phone` is the phone number among them that comes first.
CREATE TABLE contact (
    id       BLOB PRIMARY KEY,
    person   BLOB NOT NULL REFERENCES person (id),
    kind     TEXT NOT NULL CHECK (kind IN ('phone', 'email')),
    value    TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    UNIQUE (kind, value)
);
CREATE INDEX contact_person ON contact (person, added_at);

-- The number with which an account began has the account's id.
INSERT INTO contact (id, person, kind, value, added_at)
SELECT id, id, 'phone', phone, created_at FROM person WHERE phone IS NOT NULL;

-- What was done with an account, for who owns it.
CREATE TABLE account_event (
    person   BLOB NOT NULL REFERENCES person (id),
    sequence INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    what     TEXT NOT NULL,
    -- What it was about, masked.
    shown    TEXT,
    terminal TEXT NOT NULL,
    PRIMARY KEY (person, sequence)
);
