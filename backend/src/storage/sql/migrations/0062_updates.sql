-- What desktops and kiosks tell of hot updates. Nothing here can name a terminal or a person.
-- A row for each report, kept for a month, so that one that is sent again is known.
CREATE TABLE update_report (
    id BLOB PRIMARY KEY,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX update_report_at ON update_report (at);

-- The numbers, kept for good.
CREATE TABLE update_count (
    app      TEXT NOT NULL,
    release  INTEGER NOT NULL,
    outcome  TEXT NOT NULL,
    count    INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (app, release, outcome)
) WITHOUT ROWID;
