CREATE TABLE IF NOT EXISTS tasks (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, context_id TEXT NOT NULL,
    state INTEGER NOT NULL, updated_at INTEGER NOT NULL, data BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS tasks_by_owner ON tasks (owner, updated_at DESC, id DESC, state);
CREATE INDEX IF NOT EXISTS tasks_by_context ON tasks (context_id, owner, updated_at DESC, id DESC);
CREATE TABLE IF NOT EXISTS messages (
    owner TEXT NOT NULL, message_id TEXT NOT NULL, task_id TEXT NOT NULL,
    reply BLOB, created_at INTEGER NOT NULL, PRIMARY KEY (owner, message_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS push_configs (
    task_id TEXT NOT NULL, owner TEXT NOT NULL, id TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (task_id, owner, id)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS push_configs_go_with_their_task AFTER DELETE ON tasks
BEGIN DELETE FROM push_configs WHERE task_id = OLD.id; END;
