-- +goose Up
-- An office hears that its tasks or notices have moved, and an account that one of its
-- sessions has ended: pages then ask anew. Only opaque IDs are said, and to listeners only.
-- +goose StatementBegin
CREATE FUNCTION ring_offices() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'task' THEN
        PERFORM pg_notify('xueji_moved', m.id::text) FROM (SELECT DISTINCT office_id AS id FROM moved) m;
    ELSE
        PERFORM pg_notify('xueji_moved', m.id::text) FROM (SELECT DISTINCT org_id AS id FROM moved) m;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION ring_session() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('xueji_moved', NEW.id::text);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER task_opened AFTER INSERT ON task REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ring_offices();
CREATE TRIGGER task_moved AFTER UPDATE ON task REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ring_offices();
CREATE TRIGGER notice_told AFTER INSERT ON notice REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION ring_offices();
CREATE TRIGGER session_ended AFTER UPDATE OF revoked_at ON session FOR EACH ROW
    WHEN (NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL) EXECUTE FUNCTION ring_session();

-- +goose Down
DROP TRIGGER session_ended ON session;
DROP TRIGGER notice_told ON notice;
DROP TRIGGER task_moved ON task;
DROP TRIGGER task_opened ON task;
DROP FUNCTION ring_session();
DROP FUNCTION ring_offices();
