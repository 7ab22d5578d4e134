-- What changed in tasks and conversations, for those who watch.
-- Safe to deploy beside the version before: triggers note its changes too.

-- +goose Up
CREATE TABLE changes (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- No foreign key: deleting an account makes changes too.
    user_id    uuid NOT NULL,
    subject    text NOT NULL CONSTRAINT changes_subject_known CHECK (subject IN ('task', 'conversation')),
    subject_id bigint NOT NULL,
    action     text NOT NULL CONSTRAINT changes_action_known CHECK (action IN ('created', 'updated', 'deleted')),
    -- Ids are given before the commit: a reader may go past one only when every
    -- transaction that could have a smaller one has ended.
    xact       xid8 NOT NULL DEFAULT pg_current_xact_id(),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX changes_of_user ON changes (user_id, id);
CREATE INDEX changes_age ON changes (created_at);

-- +goose StatementBegin
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    r record := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    INSERT INTO changes (user_id, subject, subject_id, action)
    VALUES (r.user_id, TG_ARGV[0], r.id, CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END);
    -- The same for every change, so that a transaction wakes the readers once.
    PERFORM pg_notify('todo_changes', '');
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER tasks_changed AFTER INSERT OR UPDATE OR DELETE ON tasks
    FOR EACH ROW EXECUTE FUNCTION note_change('task');
CREATE TRIGGER conversations_changed AFTER INSERT OR DELETE ON conversations
    FOR EACH ROW EXECUTE FUNCTION note_change('conversation');
-- A turn changes its conversation's row many times; what counts is its end.
CREATE TRIGGER conversations_updated AFTER UPDATE ON conversations
    FOR EACH ROW WHEN (OLD.title <> NEW.title OR OLD.lease_token IS NOT NULL AND NEW.lease_token IS NULL)
    EXECUTE FUNCTION note_change('conversation');

-- +goose Down
DROP TRIGGER conversations_updated ON conversations;
DROP TRIGGER conversations_changed ON conversations;
DROP TRIGGER tasks_changed ON tasks;
DROP FUNCTION note_change;
DROP TABLE changes;
