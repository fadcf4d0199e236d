-- Times are microseconds since 1970. Texts compare by their bytes, as SQLite does.
-- version: each change of a task counts. runner: which replica runs its turn; NULL: nobody.
-- request: the message of a turn that may be resumed. attempt: how often it has been begun.
CREATE TABLE tasks (
    id text COLLATE "C" PRIMARY KEY,
    owner text COLLATE "C" NOT NULL,
    context_id text COLLATE "C" NOT NULL,
    state integer NOT NULL,
    updated_at bigint NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    runner text COLLATE "C",
    attempt integer NOT NULL DEFAULT 1,
    request bytea,
    data bytea NOT NULL
);
CREATE INDEX tasks_by_owner ON tasks (owner, updated_at DESC, id DESC);
CREATE INDEX tasks_by_context ON tasks (context_id, owner, updated_at DESC, id DESC);
CREATE INDEX tasks_by_runner ON tasks (runner) WHERE runner IS NOT NULL;
-- What has ended, by its age: what retention looks for.
CREATE INDEX tasks_by_end ON tasks (updated_at, id) WHERE state IN (3, 4, 5, 7);

-- Which message led to which task. runner: who took it, and may still be about to answer it.
CREATE TABLE messages (
    owner text COLLATE "C" NOT NULL,
    message_id text COLLATE "C" NOT NULL,
    task_id text COLLATE "C" NOT NULL,
    runner text COLLATE "C" NOT NULL,
    reply bytea,
    created_at bigint NOT NULL,
    PRIMARY KEY (owner, message_id)
);
CREATE INDEX messages_by_age ON messages (created_at);
CREATE INDEX messages_by_task ON messages (task_id);

-- A configuration may come a moment before its task.
CREATE TABLE push_configs (
    task_id text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (task_id, owner, id)
);
-- What belongs to a task goes with it: a message whose task is gone may be sent again.
CREATE FUNCTION delete_what_belongs_to_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM push_configs WHERE task_id = OLD.id;
    DELETE FROM messages WHERE task_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER what_belongs_to_a_task_goes_with_it AFTER DELETE ON tasks
FOR EACH ROW EXECUTE FUNCTION delete_what_belongs_to_task();

-- Who serves callers. One that has not been seen for a while has died.
CREATE TABLE replicas (
    id text COLLATE "C" PRIMARY KEY,
    seen_at timestamptz NOT NULL DEFAULT now()
);
