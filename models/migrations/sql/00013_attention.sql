-- +goose Up
-- What needs attention (待处理异常): running changes that do not get on, as far
-- as the register knows. The outbox is no table of the application role, so the
-- search runs as the owner and filters by the caller's scope itself. It gives
-- IDs, codes and times; whoever shows more reads it under row-level security.

-- Every part of the search begins with an index of the few rows it looks for,
-- so it does not matter how many changes run.
CREATE INDEX step_problem ON step (change_id) WHERE status = 'OPEN' AND problem <> '';
CREATE INDEX step_next_mark ON step ((least(
    CASE WHEN reminded_50 IS NULL THEN remind_50_at END,
    CASE WHEN reminded_80 IS NULL THEN remind_80_at END,
    CASE WHEN overdue_at IS NULL THEN due_at END))) WHERE status = 'OPEN';
CREATE INDEX change_total_mark ON change (due_total) WHERE status = 'RUNNING' AND total_warned_at IS NULL;
CREATE INDEX slip_waiting ON slip (created_at) WHERE outcome = 'PENDING';
CREATE INDEX change_running_id ON change (id) WHERE status = 'RUNNING';

-- attention_found gives every reason of every change below the roots, the most
-- urgent rank first: 1 to 3, something was said or came due and no workflow took
-- it; 4, a step that acts by itself does not get on; 5, nobody may act; 6, somebody is late.
-- +goose StatementBegin
CREATE FUNCTION attention_found(asked_at timestamptz, roots ltree[])
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
            CASE s.problem WHEN 'NO_ELIGIBLE_PERSON' THEN 'nobody' WHEN 'IDENTITY_NO_ANSWER' THEN 'identity_silent' ELSE 'stalled' END,
            CASE s.problem WHEN 'NO_ELIGIBLE_PERSON' THEN 5 ELSE 4 END, s.opened_at
            FROM step s WHERE s.status = 'OPEN' AND s.problem <> ''
        UNION ALL
        SELECT s.change_id, 'stalled', 4, s.next_attempt_at FROM step s
            WHERE s.status = 'OPEN' AND s.act <> '' AND s.next_attempt_at < asked_at - interval '60 seconds'
        UNION ALL
        SELECT s.change_id, 'overdue', 6, s.due_at FROM step s WHERE s.status = 'OPEN' AND s.act = '' AND s.due_at <= asked_at
    ) AS f (change_id, reason, rank, since)
    WHERE EXISTS (SELECT 1 FROM change_party p WHERE p.change_id = f.change_id AND p.org_path <@ roots)
$$;

-- attention_page gives one page of the changes in scope, each once with all its
-- reasons, after the last one seen: by rank, then the longest first.
CREATE FUNCTION attention_page(asked_at timestamptz, only_reason text, after_rank int, after_since timestamptz, after_id uuid, most int)
RETURNS TABLE (change_id uuid, reasons text, rank int, since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    roots ltree[] := scope();
BEGIN
    RETURN QUERY SELECT g.change_id, g.reasons, g.rank, g.since FROM (
            SELECT f.change_id, string_agg(DISTINCT f.reason, ',') AS reasons, bool_or(f.reason = only_reason) AS fits,
                min(f.rank) AS rank, min(f.since) AS since
            FROM attention_found(asked_at, roots) f GROUP BY f.change_id) g
        WHERE (only_reason = '' OR g.fits) AND (g.rank, g.since, g.change_id) > (after_rank, after_since, after_id)
        ORDER BY g.rank, g.since, g.change_id LIMIT most;
END $$;

-- attention_counts counts the changes in scope per reason, all of them.
CREATE FUNCTION attention_counts(asked_at timestamptz) RETURNS TABLE (reason text, changes bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    roots ltree[] := scope();
BEGIN
    RETURN QUERY SELECT f.reason, count(DISTINCT f.change_id) FROM attention_found(asked_at, roots) f GROUP BY f.reason;
END $$;

-- attention_of gives all changes in scope that have a reason.
CREATE FUNCTION attention_of(asked_at timestamptz) RETURNS TABLE (change_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    roots ltree[] := scope();
BEGIN
    RETURN QUERY SELECT f.change_id FROM attention_found(asked_at, roots) f;
END $$;

-- attention_standing pages through all running changes in scope: where each
-- stands and since when, to be compared with the workflows. The scope is asked
-- in a form that is no join, so that every page walks the index and stops.
CREATE FUNCTION attention_standing(after uuid, most int)
RETURNS TABLE (id uuid, step_no int, round int, moved_at timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    roots ltree[] := scope();
BEGIN
    RETURN QUERY SELECT c.id, c.step_no, c.round, s.opened_at FROM change c JOIN step s ON s.change_id = c.id AND s.status = 'OPEN'
        WHERE c.status = 'RUNNING' AND c.id > after AND s.change_id > after
            AND (SELECT bool_or(p.org_path <@ roots) FROM change_party p WHERE p.change_id = c.id)
        ORDER BY c.id LIMIT most;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION attention_found(timestamptz, ltree[]), attention_page(timestamptz, text, int, timestamptz, uuid, int),
    attention_counts(timestamptz), attention_of(timestamptz), attention_standing(uuid, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION attention_page(timestamptz, text, int, timestamptz, uuid, int),
    attention_counts(timestamptz), attention_of(timestamptz), attention_standing(uuid, int) TO xueji_app, xueji_worker;

-- +goose Down
DROP FUNCTION attention_standing(uuid, int), attention_of(timestamptz), attention_counts(timestamptz),
    attention_page(timestamptz, text, int, timestamptz, uuid, int), attention_found(timestamptz, ltree[]);
DROP INDEX change_running_id, slip_waiting, change_total_mark, step_next_mark, step_problem;
