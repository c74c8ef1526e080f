-- The kiosk that asks to be let in, and that on which a session began, as its key has proven: `central/3`.
ALTER TABLE oidc_device ADD COLUMN kiosk TEXT;
ALTER TABLE citizen_session ADD COLUMN kiosk TEXT;
