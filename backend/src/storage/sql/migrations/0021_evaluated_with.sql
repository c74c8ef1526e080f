-- With what the answers were evaluated (engine, day, calendar, lists), as JSON; NULL of answers that are older than this.
ALTER TABLE case_answers ADD COLUMN evaluated TEXT;
