-- Accounts, and the tasks that they own.
-- Safe to deploy beside the version before: it only adds.

-- +goose Up
CREATE TABLE users (
    id                   uuid PRIMARY KEY,
    email                text NOT NULL CONSTRAINT users_email_key UNIQUE
                         CONSTRAINT users_email_lower CHECK (email = lower(email)),
    name                 text NOT NULL,
    password_hash        text NOT NULL,
    time_zone            text NOT NULL,
    -- Tasks and conversations are numbered per user; the row's own lock keeps
    -- two replicas from giving the same number.
    last_task_id         bigint NOT NULL DEFAULT 0,
    last_conversation_id bigint NOT NULL DEFAULT 0,
    created_at           timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tasks (
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    id           bigint NOT NULL,
    title        text NOT NULL CONSTRAINT tasks_title_length CHECK (char_length(title) BETWEEN 1 AND 500),
    description  text NOT NULL CONSTRAINT tasks_description_length CHECK (char_length(description) <= 5000),
    completed    boolean NOT NULL,
    priority     text NOT NULL CONSTRAINT tasks_priority_known CHECK (priority IN ('low', 'medium', 'high')),
    tags         text[] NOT NULL,
    due_at       timestamptz CONSTRAINT tasks_due_at_writable CHECK (due_at BETWEEN '1900-01-01Z' AND '9001-01-01Z'),
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    PRIMARY KEY (user_id, id),
    CONSTRAINT tasks_completed_at_when_completed CHECK (completed = (completed_at IS NOT NULL))
);

-- Most lists ask for what is still to do.
CREATE INDEX tasks_pending ON tasks (user_id, id) WHERE NOT completed;

-- +goose Down
DROP TABLE tasks;
DROP TABLE users;
