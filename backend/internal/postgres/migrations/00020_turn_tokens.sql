-- What a model used for each turn and for each user's day, and the wish to stop.
-- Safe to deploy beside the version before: it only adds, with defaults.

-- +goose Up
ALTER TABLE turns
    ADD COLUMN input_tokens  bigint NOT NULL DEFAULT 0 CONSTRAINT turns_input_tokens_positive CHECK (input_tokens >= 0),
    ADD COLUMN output_tokens bigint NOT NULL DEFAULT 0 CONSTRAINT turns_output_tokens_positive CHECK (output_tokens >= 0),
    ADD COLUMN cancelled     boolean NOT NULL DEFAULT false;

-- Counted apart from the turns, because deleting a conversation must not give
-- its tokens back. A day is one of UTC.
CREATE TABLE token_days (
    user_id       uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    day           date NOT NULL,
    input_tokens  bigint NOT NULL,
    output_tokens bigint NOT NULL,
    PRIMARY KEY (user_id, day)
);

-- +goose Down
DROP TABLE token_days;
ALTER TABLE turns DROP COLUMN input_tokens, DROP COLUMN output_tokens, DROP COLUMN cancelled;
