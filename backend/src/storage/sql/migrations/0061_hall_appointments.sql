-- Appointments. How many there are for a time is counted, and not kept beside them.
CREATE TABLE hall_appointment (
    id        BLOB PRIMARY KEY,
    person    BLOB NOT NULL REFERENCES person (id),
    hall      TEXT NOT NULL,
    queue     TEXT NOT NULL,
    item      TEXT,
    day       TEXT NOT NULL,
    starts    INTEGER NOT NULL,
    ends      INTEGER NOT NULL,
    state     TEXT NOT NULL,
    -- A keyed hash of the code with which one checks in.
    code      BLOB NOT NULL,
    booked_at INTEGER NOT NULL,
    ticket    BLOB
);
CREATE INDEX hall_appointment_slot ON hall_appointment (hall, queue, starts, state);
CREATE INDEX hall_appointment_person ON hall_appointment (person, starts);
CREATE INDEX hall_appointment_code ON hall_appointment (hall, day, code);
CREATE INDEX hall_appointment_state ON hall_appointment (state, day);
