-- Finds the conversations that are too old.
-- Safe to deploy beside the version before: it only adds.

-- +goose Up
CREATE INDEX conversations_age ON conversations (updated_at);

-- +goose Down
DROP INDEX conversations_age;
