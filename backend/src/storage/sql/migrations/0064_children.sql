-- Whoever is a child's guardian by the register of births and households acts for it without having been asked.
ALTER TABLE delegation ADD COLUMN by_register INTEGER NOT NULL DEFAULT 0;

-- A clerk has seen the document of who asks for the account.
ALTER TABLE account_claim ADD COLUMN staff BLOB;
