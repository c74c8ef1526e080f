-- Versions of the catalog that were served, without their content: what each was made of.
CREATE TABLE catalog_version (
    version TEXT PRIMARY KEY,
    pieces TEXT NOT NULL,
    at INTEGER NOT NULL
);
