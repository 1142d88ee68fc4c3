-- +goose Up
-- A filing looks at its offices once more and holds them until it is written, so
-- that nobody closes or re-assigns them in between: closing counts what runs
-- after it has the row, re-assigning moves the paths of every row it then sees.
-- Nobody waits here: an office that is being changed at this moment does not
-- stand, and a filing that does not wait is no part of a deadlock. Reading an
-- office for share needs the right to write it, which a school has not.
-- +goose StatementBegin
CREATE FUNCTION office_stands(office uuid, seen_path ltree) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM organisation WHERE id = office AND path = seen_path AND closed_at IS NULL FOR SHARE SKIP LOCKED;
    RETURN FOUND;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION office_stands(uuid, ltree) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION office_stands(uuid, ltree) TO xueji_app;

-- +goose Down
DROP FUNCTION office_stands(uuid, ltree);
