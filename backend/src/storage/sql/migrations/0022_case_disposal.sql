-- The register of cases whose records were destroyed when their term was over: which case, and nothing of whom.
CREATE TABLE case_disposal (
    case_id BLOB PRIMARY KEY,
    number TEXT NOT NULL,
    item TEXT NOT NULL,
    authority TEXT NOT NULL,
    ended_at INTEGER NOT NULL,
    disposed_at INTEGER NOT NULL
);
CREATE TRIGGER case_disposal_stays BEFORE UPDATE ON case_disposal
BEGIN SELECT RAISE(ABORT, 'the register of disposals is only added to'); END;
CREATE TRIGGER case_disposal_remains BEFORE DELETE ON case_disposal
BEGIN SELECT RAISE(ABORT, 'the register of disposals is only added to'); END;

-- The history of a case goes with the case alone, and not before that stands in the register.
DROP TRIGGER case_event_remains;
CREATE TRIGGER case_event_remains BEFORE DELETE ON case_event
WHEN NOT EXISTS (SELECT 1 FROM case_disposal WHERE case_id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'the history of a case is only added to'); END;
