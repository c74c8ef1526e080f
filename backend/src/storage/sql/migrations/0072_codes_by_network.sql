-- A code counts for a number and the network that asked for it: who merely knows a number takes nobody else's code away. A code of
-- which it is not known who asked for it came before that was kept, and counts no more.
CREATE TABLE login_code_by_network (
    phone           BLOB NOT NULL,
    client          BLOB NOT NULL,
    code            BLOB NOT NULL,
    sent_at         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    tries_left      INTEGER NOT NULL,
    tries_elsewhere INTEGER NOT NULL,
    PRIMARY KEY (phone, client)
);
INSERT INTO login_code_by_network (phone, client, code, sent_at, expires_at, tries_left, tries_elsewhere)
    SELECT phone, client, code, sent_at, expires_at, tries_left, tries_elsewhere FROM login_code WHERE client IS NOT NULL;
DROP TABLE login_code;
ALTER TABLE login_code_by_network RENAME TO login_code;
