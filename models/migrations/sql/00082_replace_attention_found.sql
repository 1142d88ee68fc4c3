-- +goose Up
-- A change that ended before its workflow reported itself needs nobody's attention: it was
-- counted, and the list, which shows the open step, left it out.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION attention_found(asked_at timestamptz, roots ltree[])
RETURNS TABLE (change_id uuid, reason text, rank int, since timestamptz) LANGUAGE sql STABLE AS $$
    SELECT f.* FROM (
        SELECT l.change_id, 'unsettled', 1, l.created_at FROM slip l JOIN change c ON c.id = l.change_id AND c.status = 'RUNNING'
            WHERE l.outcome = 'PENDING' AND l.created_at < asked_at - interval '10 seconds'
        UNION ALL
        SELECT b.change_id, 'start_waiting', 2, b.created_at FROM outbox b JOIN change c ON c.id = b.change_id AND c.status = 'RUNNING'
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
-- +goose StatementEnd

-- +goose Down
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
-- +goose StatementEnd
