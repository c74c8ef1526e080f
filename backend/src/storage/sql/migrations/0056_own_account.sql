-- What a citizen reads of each of their sessions: when it was last used, what its terminal calls itself, and the site in
-- whose pages it began.
ALTER TABLE citizen_session ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
UPDATE citizen_session SET seen_at = created_at;
ALTER TABLE citizen_session ADD COLUMN name TEXT;
ALTER TABLE citizen_session ADD COLUMN site TEXT;

-- Sessions that their citizen ended from another terminal, so that theirs is told why, whenever it comes back; as long as
-- the session could have lasted.
CREATE TABLE citizen_session_over (
    token     BLOB PRIMARY KEY,
    why       TEXT NOT NULL,
    -- The kind of terminal from which.
    ended_by  TEXT NOT NULL,
    ended_at  INTEGER NOT NULL,
    forget_at INTEGER NOT NULL
);
CREATE INDEX citizen_session_over_forget ON citizen_session_over (forget_at);

-- Who acts for whom: from the question of one of the two to its end, which stays in sight of the other. Nothing refers to
-- `person`: who closes their account leaves the line to the other one, without a name.
CREATE TABLE delegation (
    id           BLOB PRIMARY KEY,
    -- Whose matters; unknown as long as somebody who was asked by a phone number has not answered.
    principal    BLOB,
    -- Who acts; likewise.
    actor        BLOB,
    asked_by     TEXT NOT NULL CHECK (asked_by IN ('principal', 'actor')),
    -- Whom it waits for: a keyed hash of the phone number and what is shown of it, or a keyed hash of a code.
    phone        BLOB,
    phone_shown  TEXT,
    code         BLOB UNIQUE,
    role         TEXT NOT NULL,
    -- The service items, as JSON; NULL for all.
    items        TEXT,
    submits      INTEGER NOT NULL,
    -- The last day, and the moment at which it is over.
    last_day     TEXT NOT NULL,
    until        INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('open', 'active', 'declined', 'withdrawn', 'ended')),
    asked_at     INTEGER NOT NULL,
    answer_until INTEGER NOT NULL,
    answered_at  INTEGER,
    ended_at     INTEGER,
    ended_by     TEXT
);
CREATE INDEX delegation_of_principal ON delegation (principal, asked_at) WHERE principal IS NOT NULL;
CREATE INDEX delegation_of_actor ON delegation (actor, asked_at) WHERE actor IS NOT NULL;
CREATE INDEX delegation_for_phone ON delegation (phone) WHERE phone IS NOT NULL;

-- What was done with a delegation, by whom and from where. Nothing in it is ever changed or taken away.
CREATE TABLE delegation_event (
    delegation BLOB NOT NULL,
    sequence   INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    what       TEXT NOT NULL,
    person     BLOB NOT NULL,
    terminal   TEXT NOT NULL,
    PRIMARY KEY (delegation, sequence)
) WITHOUT ROWID;
