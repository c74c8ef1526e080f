-- Each line of the audit is hashed with the hash of the one before: what is changed or taken out, even past this schema, is
-- found. Lines of the time before have no number; the first that has one stands on a hash of all of them.
ALTER TABLE staff_audit ADD COLUMN number INTEGER;
ALTER TABLE staff_audit ADD COLUMN hash BLOB;
CREATE UNIQUE INDEX staff_audit_number ON staff_audit (number);
