-- What users and addresses have used of their limits, for all replicas.
-- Safe to deploy beside the version before: it only adds.

-- +goose Up
-- UNLOGGED: it is written often, and losing it in a crash forgives everybody.
CREATE UNLOGGED TABLE rate_limits (
    key  text PRIMARY KEY,
    -- Everything up to this moment is used up; from then on the key is as good
    -- as new.
    used_until timestamptz NOT NULL
);

CREATE INDEX rate_limits_age ON rate_limits (used_until);

-- +goose Down
DROP TABLE rate_limits;
