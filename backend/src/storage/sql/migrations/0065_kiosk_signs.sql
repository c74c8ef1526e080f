-- How each kiosk was when it last said so. Nothing of who stood there.
CREATE TABLE kiosk_sign (
    hall   TEXT NOT NULL,
    number INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    sign   TEXT NOT NULL,
    PRIMARY KEY (hall, number)
);
