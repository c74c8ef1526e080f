-- What terminals counted with their citizens' consent. Nothing here can name a person, a case, a draft or a device.
-- A row for each event, kept while its day is still taken, so that an event that is sent again is known.
CREATE TABLE insight_event (
    id       BLOB PRIMARY KEY,
    day      TEXT NOT NULL,
    at       INTEGER NOT NULL,
    terminal TEXT NOT NULL,
    event    TEXT NOT NULL,
    -- Empty where the event is about no item, or says no more than that it happened.
    item     TEXT NOT NULL,
    detail   TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX insight_event_day ON insight_event (day);

-- The numbers, kept for good. Days are those of the city's clock.
CREATE TABLE insight_count (
    day      TEXT NOT NULL,
    terminal TEXT NOT NULL,
    item     TEXT NOT NULL,
    event    TEXT NOT NULL,
    detail   TEXT NOT NULL,
    count    INTEGER NOT NULL,
    PRIMARY KEY (day, terminal, item, event, detail)
) WITHOUT ROWID;
