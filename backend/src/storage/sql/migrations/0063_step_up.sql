-- When whoever sits at a console last showed by their second factor that they are there.
ALTER TABLE staff_session ADD COLUMN proved_at INTEGER NOT NULL DEFAULT 0;

-- A code has tries of its own for the network from which it was asked for: who merely knows a phone number uses up those of
-- everywhere else.
ALTER TABLE login_code ADD COLUMN client BLOB;
ALTER TABLE login_code ADD COLUMN tries_elsewhere INTEGER NOT NULL DEFAULT 0;
