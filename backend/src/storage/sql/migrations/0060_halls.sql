-- Tickets of the halls' queues. The day is that of the city's clock; numbers begin anew with it.
CREATE TABLE hall_number (
    hall  TEXT NOT NULL,
    queue TEXT NOT NULL,
    day   TEXT NOT NULL,
    last  INTEGER NOT NULL,
    PRIMARY KEY (hall, queue, day)
);

CREATE TABLE hall_ticket (
    id          BLOB PRIMARY KEY,
    hall        TEXT NOT NULL,
    day         TEXT NOT NULL,
    -- The queue in which it is now; its number keeps the letter of the one in which it was drawn.
    queue       TEXT NOT NULL,
    number      TEXT NOT NULL,
    state       TEXT NOT NULL,
    priority    TEXT NOT NULL,
    -- The moment at which it counts as having come: the least is called first.
    place       INTEGER NOT NULL,
    -- Whose it is; nobody's where it was drawn at a kiosk without a login.
    person      BLOB REFERENCES person (id),
    -- Whose, as long as it is open: one open ticket for each person and queue.
    open_person BLOB,
    counter     INTEGER,
    -- The counter that has it called or serves it: one ticket at a time.
    open_counter INTEGER,
    item        TEXT,
    taken_at    INTEGER NOT NULL,
    called_at   INTEGER,
    calls       INTEGER NOT NULL,
    ended_at    INTEGER,
    UNIQUE (hall, day, number),
    UNIQUE (open_person, hall, queue, day),
    UNIQUE (hall, open_counter, day)
);
CREATE INDEX hall_ticket_waiting ON hall_ticket (hall, day, state, place);
CREATE INDEX hall_ticket_person ON hall_ticket (person, day);
CREATE INDEX hall_ticket_state ON hall_ticket (state, day);
CREATE INDEX hall_ticket_served ON hall_ticket (hall, queue, state, ended_at);

-- Who works at which counter today.
CREATE TABLE hall_counter (
    hall    TEXT NOT NULL,
    counter INTEGER NOT NULL,
    staff   BLOB NOT NULL UNIQUE REFERENCES staff (id),
    day     TEXT NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (hall, counter)
);

-- What was asked once has one effect, however often it is sent. `subject` is the ticket or appointment that came of it.
CREATE TABLE hall_attempt (
    key     BLOB PRIMARY KEY,
    payload BLOB NOT NULL,
    subject BLOB,
    at      INTEGER NOT NULL
);
CREATE INDEX hall_attempt_at ON hall_attempt (at);
