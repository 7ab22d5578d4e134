-- The answers of requests that carried an Idempotency-Key.
-- Safe to deploy beside the version before: it only adds.

-- +goose Up
CREATE TABLE idempotency_keys (
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    key         text NOT NULL,
    -- Of the request, so that a key which is used for another one is noticed.
    fingerprint bytea NOT NULL,
    -- NULL only within the transaction that does the request.
    answer      bytea,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);

-- For removing those that are too old.
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- +goose Down
DROP TABLE idempotency_keys;
