-- A draft belongs to a principal; the actor who started it stands beside.
CREATE TABLE draft (
    id BLOB PRIMARY KEY,
    actor BLOB NOT NULL,
    principal BLOB NOT NULL,
    item TEXT NOT NULL,
    form_code TEXT NOT NULL,
    form_version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    page TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    terminal TEXT NOT NULL,
    -- The case that it became; such a draft is kept for its files and is no longer open.
    submitted_case BLOB
);
-- One open draft for each principal and item.
CREATE UNIQUE INDEX draft_open ON draft (principal, item) WHERE submitted_case IS NULL;
CREATE INDEX draft_of_principal ON draft (principal, updated_at);

-- Each answer is a register of its own; an answer that was taken away stays as JSON null, so that a conflict is seen.
CREATE TABLE draft_answer (
    draft BLOB NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    value TEXT NOT NULL,
    revision INTEGER NOT NULL,
    writer BLOB,
    terminal TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- Taken from the profile and not yet touched.
    prefilled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (draft, path)
);

CREATE TABLE file (
    id BLOB PRIMARY KEY,
    principal BLOB NOT NULL,
    draft BLOB,
    case_id BLOB,
    -- The question that it answers; none for a result.
    path TEXT,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_at INTEGER NOT NULL,
    -- A result is the citizen's to see only once the case says so.
    released INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX file_of_draft ON file (draft) WHERE draft IS NOT NULL;
CREATE INDEX file_of_case ON file (case_id) WHERE case_id IS NOT NULL;
