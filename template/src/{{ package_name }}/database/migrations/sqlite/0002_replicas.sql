-- version: each change of a task counts. runner: which replica runs its turn; NULL: nobody.
-- request: the message of a turn that may be resumed. attempt: how often it has been begun.
ALTER TABLE tasks ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tasks ADD COLUMN runner TEXT;
ALTER TABLE tasks ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tasks ADD COLUMN request BLOB;
-- Who took the message, and may still be about to answer it.
ALTER TABLE messages ADD COLUMN runner TEXT NOT NULL DEFAULT '';
ALTER TABLE push_configs ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
