-- Accounts that became part of another one. Histories name them by the id that they had then.
CREATE TABLE person_merged (
    id     BLOB PRIMARY KEY,
    person BLOB NOT NULL REFERENCES person (id),
    at     INTEGER NOT NULL
);
CREATE INDEX person_merged_into ON person_merged (person);

-- When somebody last used the account, within a day: a phone number that was not used for long may be somebody else's now.
ALTER TABLE person ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
UPDATE person SET seen_at = coalesce(
    (SELECT max(citizen_session.seen_at) FROM citizen_session WHERE citizen_session.person = person.id), created_at);

-- Somebody who can no longer log in has shown by document and face whose account it is; it becomes part of the one that they
-- have begun with another number, unless it is stopped before.
CREATE TABLE account_claim (
    id        BLOB PRIMARY KEY,
    person    BLOB NOT NULL REFERENCES person (id),
    by_person BLOB NOT NULL REFERENCES person (id),
    asked_at  INTEGER NOT NULL,
    ripe_at   INTEGER NOT NULL,
    -- Who has stopped it, and when: the account, or who asked.
    stopped_at INTEGER,
    stopped_by BLOB
);
CREATE INDEX account_claim_person ON account_claim (person, asked_at);
CREATE INDEX account_claim_by ON account_claim (by_person, asked_at);
