-- Access tokens, and sessions that were ended before their time.
-- Safe to deploy beside the version before, which does not know either: until
-- it is gone, it still takes the tokens of ended sessions.

-- +goose Up
CREATE TABLE access_tokens (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    name         text NOT NULL CONSTRAINT access_tokens_name_length CHECK (char_length(name) BETWEEN 1 AND 100),
    -- SHA-256 of the token. It needs no salt and no slow hash: the token has 256
    -- random bits.
    hash         bytea NOT NULL CONSTRAINT access_tokens_hash_key UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz
);

CREATE INDEX access_tokens_of_user ON access_tokens (user_id, created_at);

CREATE TABLE ended_sessions (
    hash       bytea PRIMARY KEY, -- of the session's token
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL -- when the token would have ended by itself
);

CREATE INDEX ended_sessions_of_user ON ended_sessions (user_id);
CREATE INDEX ended_sessions_age ON ended_sessions (expires_at);

-- +goose Down
DROP TABLE ended_sessions;
DROP TABLE access_tokens;
