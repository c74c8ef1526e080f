-- A case. What it was promised and by which form and workflow it goes is fixed when it is submitted.
CREATE TABLE case_record (
    id BLOB PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    draft BLOB NOT NULL UNIQUE,
    -- Who submitted it, and whose matter it is; `principal_view` is how the principal was known then (numbers masked).
    actor BLOB NOT NULL,
    principal BLOB NOT NULL,
    principal_view TEXT NOT NULL,
    item TEXT NOT NULL,
    authority TEXT NOT NULL,
    form_code TEXT NOT NULL,
    form_version INTEGER NOT NULL,
    workflow TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- Counts up with each step: who acts names the version that they decided on.
    version INTEGER NOT NULL,
    -- Where it stands, in the workflow's word and in the common one.
    step TEXT NOT NULL,
    state TEXT NOT NULL,
    ended INTEGER NOT NULL,
    -- The last day of the step, as text that sorts.
    due TEXT,
    -- The promised days: how many, how many were used before `clock_since`, and since when they run (NULL: they stand).
    clock_promised INTEGER NOT NULL,
    clock_used INTEGER NOT NULL,
    clock_since TEXT,
    clock_begun INTEGER NOT NULL
);
CREATE INDEX case_of_principal ON case_record (principal, updated_at);
CREATE INDEX case_queue ON case_record (authority, ended, coalesce(due, '9999-12-31'), submitted_at, id);
CREATE INDEX case_ended ON case_record (authority, updated_at, id) WHERE ended = 1;
CREATE INDEX case_overdue ON case_record (due) WHERE ended = 0 AND due IS NOT NULL;

-- The answers as submitted, and again after each supplement; the last revision counts and none is overwritten.
CREATE TABLE case_answers (
    case_id BLOB NOT NULL REFERENCES case_record (id),
    revision INTEGER NOT NULL,
    answers TEXT NOT NULL,
    transcript TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (case_id, revision)
) WITHOUT ROWID;

-- All that happened: principal, actor and terminal are three things. The names are those of that day.
CREATE TABLE case_event (
    case_id BLOB NOT NULL REFERENCES case_record (id),
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    action_name TEXT NOT NULL,
    step TEXT NOT NULL,
    step_name TEXT NOT NULL,
    state TEXT NOT NULL,
    principal BLOB NOT NULL,
    actor_kind TEXT NOT NULL,
    actor BLOB,
    actor_name TEXT,
    terminal TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (case_id, sequence)
) WITHOUT ROWID;

CREATE TRIGGER case_event_stays BEFORE UPDATE ON case_event
BEGIN SELECT RAISE(ABORT, 'the history of a case is only added to'); END;
CREATE TRIGGER case_event_remains BEFORE DELETE ON case_event
BEGIN SELECT RAISE(ABORT, 'the history of a case is only added to'); END;

-- What the citizen was asked to hand in, by the event that asked.
CREATE TABLE case_supplement (
    case_id BLOB NOT NULL REFERENCES case_record (id),
    sequence INTEGER NOT NULL,
    items TEXT NOT NULL,
    note TEXT,
    due TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    answered_at INTEGER,
    PRIMARY KEY (case_id, sequence)
) WITHOUT ROWID;

-- How the matter ended: one row at most, by the primary key.
CREATE TABLE case_result (
    case_id BLOB PRIMARY KEY REFERENCES case_record (id),
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    document_number TEXT,
    reason TEXT,
    file BLOB
);

CREATE TABLE case_rating (
    case_id BLOB PRIMARY KEY REFERENCES case_record (id),
    stars INTEGER NOT NULL,
    tags TEXT NOT NULL,
    comment TEXT,
    at INTEGER NOT NULL
);

-- Which clerk looked at which case, and what of it.
CREATE TABLE case_access (
    id INTEGER PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES case_record (id),
    staff BLOB NOT NULL,
    file BLOB,
    at INTEGER NOT NULL
);
CREATE INDEX case_access_of_case ON case_access (case_id, at);

-- The running number of each day.
CREATE TABLE case_counter (
    day TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) WITHOUT ROWID;

-- One row for each attempt that had its effect: the same key and payload get the same answer, and no second effect.
CREATE TABLE attempt (
    actor BLOB NOT NULL,
    key BLOB NOT NULL,
    payload BLOB NOT NULL,
    case_id BLOB NOT NULL,
    reply TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (actor, key)
) WITHOUT ROWID;
