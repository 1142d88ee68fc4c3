-- +goose Up
-- A last approval that could not be applied is a named problem of its step
-- (NOT_APPLIED): whoever looks for what does not get on finds it.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION attention_found(asked_at timestamptz, roots ltree[])
RETURNS TABLE (change_id uuid, reason text, rank int, since timestamptz) LANGUAGE sql STABLE AS $$
    SELECT f.* FROM (
        SELECT l.change_id, 'unsettled', 1, l.created_at FROM slip l
            WHERE l.outcome = 'PENDING' AND l.created_at < asked_at - interval '10 seconds'
        UNION ALL
        SELECT b.change_id, 'start_waiting', 2, b.created_at FROM outbox b
            WHERE b.sent_at IS NULL AND b.created_at < asked_at - interval '60 seconds'
        UNION ALL
        SELECT s.change_id, 'asleep', 3, least(
                CASE WHEN s.reminded_50 IS NULL THEN s.remind_50_at END,
                CASE WHEN s.reminded_80 IS NULL THEN s.remind_80_at END,
                CASE WHEN s.overdue_at IS NULL THEN s.due_at END)
            FROM step s WHERE s.status = 'OPEN' AND least(
                CASE WHEN s.reminded_50 IS NULL THEN s.remind_50_at END,
                CASE WHEN s.reminded_80 IS NULL THEN s.remind_80_at END,
                CASE WHEN s.overdue_at IS NULL THEN s.due_at END) < asked_at - interval '10 seconds'
        UNION ALL
        SELECT c.id, 'asleep', 3, c.due_total FROM change c
            WHERE c.status = 'RUNNING' AND c.total_warned_at IS NULL AND c.due_total < asked_at - interval '10 seconds'
        UNION ALL
        SELECT s.change_id,
            CASE s.problem WHEN 'NO_ELIGIBLE_PERSON' THEN 'nobody' WHEN 'IDENTITY_NO_ANSWER' THEN 'identity_silent'
                WHEN 'NOT_APPLIED' THEN 'not_applied' ELSE 'stalled' END,
            CASE s.problem WHEN 'NO_ELIGIBLE_PERSON' THEN 5 WHEN 'NOT_APPLIED' THEN 5 ELSE 4 END, s.opened_at
            FROM step s WHERE s.status = 'OPEN' AND s.problem <> ''
        UNION ALL
        SELECT s.change_id, 'stalled', 4, s.next_attempt_at FROM step s
            WHERE s.status = 'OPEN' AND s.act <> '' AND s.next_attempt_at < asked_at - interval '60 seconds'
        UNION ALL
        SELECT s.change_id, 'overdue', 6, s.due_at FROM step s WHERE s.status = 'OPEN' AND s.act = '' AND s.due_at <= asked_at
    ) AS f (change_id, reason, rank, since)
    WHERE EXISTS (SELECT 1 FROM change_party p WHERE p.change_id = f.change_id AND p.org_path <@ roots)
$$;

-- change_class tells every party of a change the class it asks for: who approves
-- a move must know where it goes to, and the class is in another office's scope.
CREATE FUNCTION change_class(of_change uuid) RETURNS TABLE (id uuid, code text, name text, grade text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.code, k.name, g.name FROM change c
    JOIN school_class k ON k.id::text = c.inputs ->> 'class_id' JOIN school_grade g ON g.id = k.grade_id
    WHERE c.id = of_change AND EXISTS (SELECT 1 FROM change_party v WHERE v.change_id = of_change AND v.org_path <@ (SELECT scope()))
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION change_class(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION change_class(uuid) TO xueji_app, xueji_worker;

-- +goose Down
-- attention_found may stay as it is: without the named problem it tells the same.
DROP FUNCTION change_class(uuid);
