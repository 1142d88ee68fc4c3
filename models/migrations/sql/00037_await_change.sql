-- +goose Up
-- A change that is approved for a day ahead waits for it at an automatic step. Business
-- that mends the record may be filed beside it, with a slot of its own ('beside/').
--
-- slot_waits tells which change of a slot waits for its day, and for which. It says no more
-- than its kind and the day, to whoever may ask slot_kind.
-- +goose StatementBegin
CREATE FUNCTION slot_waits(slot_key text) RETURNS TABLE (change_id uuid, kind text, effective_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.kind, c.effective_on FROM slot l JOIN change c ON c.id = l.change_id
        JOIN step s ON s.change_id = c.id AND s.status = 'OPEN' AND s.act = 'AWAIT_DAY'
    WHERE l.key = slot_key
$$;

-- slot_beside says the same as yes or no, and keeps the slot from being freed until the
-- transaction ends: whoever files next finds this slot taken, or the one beside it.
CREATE FUNCTION slot_beside(slot_key text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM slot l WHERE l.key = slot_key FOR SHARE;
    RETURN EXISTS (SELECT 1 FROM slot_waits(slot_key));
END $$;

-- lines_held tells of the slot beside as well: a pupil whose key data are being changed beside a change that
-- has taken effect meanwhile is held, too.
CREATE OR REPLACE FUNCTION lines_held(of_change uuid) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT l.line_no FROM change_line l JOIN slot s ON s.key IN ('student/' || l.student_id, 'beside/' || l.student_id)
    WHERE l.change_id = of_change AND s.change_id <> of_change AND filed_here(of_change) ORDER BY 1
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION slot_waits(text), slot_beside(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION slot_waits(text) TO xueji_app, xueji_worker;
GRANT EXECUTE ON FUNCTION slot_beside(text) TO xueji_app;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION lines_held(of_change uuid) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.line_no FROM change_line l JOIN slot s ON s.key = 'student/' || l.student_id
    WHERE l.change_id = of_change AND s.change_id <> of_change AND filed_here(of_change) ORDER BY 1
$$;
-- +goose StatementEnd
DROP FUNCTION slot_beside(text), slot_waits(text);
