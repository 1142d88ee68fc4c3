-- +goose Up
-- How long finished steps took at and below an office in scope: counts by role and days, of
-- cases that the reader may not see as well, and nothing of the cases. The policy of steps
-- asks for the parties of each case, a million questions a year of a province.
-- +goose StatementBegin
CREATE FUNCTION steps_done(a_office uuid, a_since timestamptz)
RETURNS TABLE (role text, opened_on date, closed_on date, in_time boolean, steps bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    offices uuid[] := ARRAY(SELECT x.id FROM organisation o JOIN organisation x ON x.path <@ o.path
        WHERE o.id = a_office AND o.path <@ ANY ((SELECT scope())::ltree[]));
BEGIN
    RETURN QUERY SELECT s.role, (s.opened_at AT TIME ZONE 'Asia/Shanghai')::date, (s.closed_at AT TIME ZONE 'Asia/Shanghai')::date, s.closed_at <= s.due_at, count(*)
        FROM step s WHERE s.office_id = ANY (offices) AND s.closed_at >= a_since AND s.status = 'DONE' AND s.act = ''
        GROUP BY 1, 2, 3, 4;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION steps_done(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION steps_done(uuid, timestamptz) TO xueji_app;

-- +goose Down
DROP FUNCTION steps_done(uuid, timestamptz);
