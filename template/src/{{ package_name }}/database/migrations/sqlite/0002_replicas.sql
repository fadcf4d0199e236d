-- version: each change of a task counts. runner: which replica runs its turn; NULL: nobody.
-- request: the message of a turn that may be resumed. attempt: how often it has been begun.
ALTER TABLE tasks ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tasks ADD COLUMN runner TEXT;
ALTER TABLE tasks ADD COLUMN attempt INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tasks ADD COLUMN request BLOB;
-- Who took the message, and may still be about to answer it.
ALTER TABLE messages ADD COLUMN runner TEXT NOT NULL DEFAULT '';
ALTER TABLE push_configs ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
-- What has ended, by its age, and old messages: what retention looks for.
CREATE INDEX tasks_by_end ON tasks (updated_at, id) WHERE state IN (3, 4, 5, 7);
CREATE INDEX messages_by_age ON messages (created_at);
