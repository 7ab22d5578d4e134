-- Reminders, recurrence, and lists by every filter and order.
-- Safe to deploy beside the version before, which names the columns that it
-- writes. The column for search rewrites the table, and indexes are built while
-- writers wait: together about half a minute for a million tasks.

-- +goose Up
ALTER TABLE tasks
    ADD COLUMN remind_at    timestamptz CONSTRAINT tasks_remind_at_writable CHECK (remind_at BETWEEN '1900-01-01Z' AND '9001-01-01Z'),
    ADD COLUMN recurrence   text NOT NULL DEFAULT '' CONSTRAINT tasks_recurrence_length CHECK (char_length(recurrence) <= 200),
    -- When the first task of the series was due: later ones are counted from there.
    ADD COLUMN series_start timestamptz,
    -- The task that completing this one made. No foreign key: it may be deleted.
    ADD COLUMN next_id      bigint,
    ADD COLUMN search       tsvector GENERATED ALWAYS AS (to_tsvector('english', title || ' ' || description)) STORED;

-- Each index has the user first and the id last: a list reads one page of one
-- user's tasks in order, wherever its cursor stands. Expressions must stay as
-- they are in task_list.go.
CREATE INDEX tasks_by_due ON tasks (user_id, coalesce(due_at, 'infinity'), id);
CREATE INDEX tasks_by_priority ON tasks (user_id, (CASE priority WHEN 'low' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END), id);
CREATE INDEX tasks_by_title ON tasks (user_id, lower(left(title, 100)), id);

-- +goose Down
DROP INDEX tasks_by_title;
DROP INDEX tasks_by_priority;
DROP INDEX tasks_by_due;
ALTER TABLE tasks
    DROP COLUMN search,
    DROP COLUMN next_id,
    DROP COLUMN series_start,
    DROP COLUMN recurrence,
    DROP COLUMN remind_at;
