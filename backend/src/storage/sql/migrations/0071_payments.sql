-- What a case owes, fixed when its answers were handed in. Amounts are in fen. A case without a row owes nothing.
CREATE TABLE payment_charge (
    case_id       BLOB PRIMARY KEY REFERENCES case_record (id),
    lines         TEXT NOT NULL,
    amount        INTEGER NOT NULL,
    before_result INTEGER NOT NULL,
    state         TEXT NOT NULL,
    -- The payment of which the state speaks.
    payment       BLOB
);

-- Each payment that was begun; there before its provider is told of it.
CREATE TABLE payment (
    id              BLOB PRIMARY KEY,
    case_id         BLOB NOT NULL REFERENCES case_record (id),
    sequence        INTEGER NOT NULL,
    -- The case, while it is under way or has paid: one such payment for each case.
    open_case       BLOB UNIQUE,
    way             TEXT NOT NULL,
    amount          INTEGER NOT NULL,
    state           TEXT NOT NULL,
    begun_at        INTEGER NOT NULL,
    payable_until   INTEGER NOT NULL,
    opened_at       INTEGER,
    asked_at        INTEGER,
    pay_at          TEXT,
    reference       TEXT,
    refusal         TEXT,
    paid_at         INTEGER,
    refund_asked_at INTEGER,
    refunded_at     INTEGER,
    -- The clerk who took it at a window.
    clerk           BLOB,
    clerk_name      TEXT,
    UNIQUE (case_id, sequence)
);
CREATE INDEX payment_state ON payment (state, asked_at);
CREATE INDEX payment_paid ON payment (paid_at);

-- What happened with the payments of a case. Of citizens it says nothing.
CREATE TABLE payment_event (
    case_id    BLOB NOT NULL,
    sequence   INTEGER NOT NULL,
    payment    BLOB NOT NULL,
    at         INTEGER NOT NULL,
    way        TEXT NOT NULL,
    state      TEXT NOT NULL,
    terminal   TEXT,
    clerk      BLOB,
    clerk_name TEXT,
    reason     TEXT,
    PRIMARY KEY (case_id, sequence)
) WITHOUT ROWID;
CREATE TRIGGER payment_event_stays BEFORE UPDATE ON payment_event
BEGIN SELECT RAISE(ABORT, 'the history of payments is only added to'); END;
CREATE TRIGGER payment_event_remains BEFORE DELETE ON payment_event
WHEN NOT EXISTS (SELECT 1 FROM case_disposal WHERE case_id = OLD.case_id)
BEGIN SELECT RAISE(ABORT, 'the history of payments is only added to'); END;
