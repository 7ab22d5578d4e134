-- Conversations, and the turns that happen in them exactly once.
-- Safe to deploy beside the version before: it only adds.

-- +goose Up
CREATE TABLE conversations (
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    id          bigint NOT NULL,
    title       text NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    -- The turn lock: who holds the token may write until lease_until. It is a
    -- lease and not an advisory lock, because it must outlive a transaction
    -- behind a pooler, and must end by itself when its holder dies.
    lease_token uuid,
    lease_until timestamptz,
    PRIMARY KEY (user_id, id),
    CONSTRAINT conversations_lease_whole CHECK ((lease_token IS NULL) = (lease_until IS NULL))
);

CREATE INDEX conversations_latest ON conversations (user_id, updated_at DESC, id DESC);

CREATE TABLE turns (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id         uuid NOT NULL,
    conversation_id bigint NOT NULL,
    idempotency_key text,
    status          text NOT NULL CONSTRAINT turns_status_known CHECK (status IN ('running', 'done')),
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    FOREIGN KEY (user_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    CONSTRAINT turns_idempotency_key UNIQUE (user_id, idempotency_key),
    CONSTRAINT turns_finished_at_when_done CHECK ((status = 'done') = (finished_at IS NOT NULL))
);

CREATE INDEX turns_of_conversation ON turns (user_id, conversation_id, id);

CREATE TABLE turn_steps (
    turn_id bigint NOT NULL REFERENCES turns ON DELETE CASCADE,
    step    int NOT NULL,
    text    text NOT NULL,
    PRIMARY KEY (turn_id, step)
);

-- A call is stored with its step, before it runs. Its result, and whatever the
-- tool changed, are stored in one later transaction.
CREATE TABLE tool_calls (
    turn_id   bigint NOT NULL,
    step      int NOT NULL,
    call      int NOT NULL,
    call_id   text NOT NULL,
    name      text NOT NULL,
    arguments json NOT NULL,
    result    json,
    is_error  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (turn_id, step, call),
    FOREIGN KEY (turn_id, step) REFERENCES turn_steps ON DELETE CASCADE
);

CREATE TABLE messages (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id         uuid NOT NULL,
    conversation_id bigint NOT NULL,
    turn_id         bigint NOT NULL REFERENCES turns ON DELETE CASCADE,
    role            text NOT NULL CONSTRAINT messages_role_known CHECK (role IN ('user', 'assistant')),
    content         text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (user_id, conversation_id) REFERENCES conversations ON DELETE CASCADE,
    -- A turn is asked once and answered once.
    CONSTRAINT messages_once UNIQUE (turn_id, role)
);

CREATE INDEX messages_of_conversation ON messages (user_id, conversation_id, id);

-- +goose Down
DROP TABLE messages;
DROP TABLE tool_calls;
DROP TABLE turn_steps;
DROP TABLE turns;
DROP TABLE conversations;
