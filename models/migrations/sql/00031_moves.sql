-- +goose Up
-- Moves that the releasing school files, after a graduation, and into the stage a
-- pupil really studies in.

-- The stage a suspension belongs to: its number is limited by stage, and a record
-- may go on to the next one. '' is one of a stage nobody knows any more: it counts.
ALTER TABLE suspension ADD COLUMN stage text NOT NULL DEFAULT '';
UPDATE suspension p SET stage = s.stage FROM student s WHERE s.id = p.student_id;

-- What came after the leaving does not hide its reason, and a leaving that was struck
-- has none: left_for_mismatch says whether a pupil's last 其他离校 was because the record stands
-- in another stage than the pupil (KT66): the school that receives the pupil may
-- then name a class of another stage. Callers can name the pupil; they learn no more.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION left_for_mismatch(pupil uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((SELECT c.inputs ->> 'reason_code' = 'STAGE_MISMATCH' FROM change c
        WHERE c.student_id = pupil AND c.kind = 'OTHER_LEAVING' AND c.status = 'EFFECTIVE' AND c.struck_at IS NULL
        ORDER BY c.closed_at DESC, c.id DESC LIMIT 1), false)
$$;

-- arrived_after says whether a pupil came to the present school after a day: on that
-- day no paper procedure can have been completed there (KT58).
CREATE FUNCTION arrived_after(pupil uuid, day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((SELECT max(h.effective_on) > day FROM student s JOIN student_history h ON h.student_id = s.id
        WHERE s.id = pupil AND h.struck_at IS NULL AND h.after ->> 'school_id' = CAST(s.school_id AS text)
            AND h.before ->> 'school_id' IS DISTINCT FROM CAST(s.school_id AS text)), false)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION arrived_after(uuid, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION arrived_after(uuid, date) TO xueji_app, xueji_worker;

-- Whoever files a change opens its first step: where nobody can act there, the office
-- is told by the same transaction.
CREATE POLICY app_nobody ON notice FOR INSERT TO xueji_app
    WITH CHECK (kind = 'NO_ELIGIBLE_PERSON' AND account_id IS NULL AND change_id IS NOT NULL AND filed_here(change_id));
GRANT INSERT (id, org_id, org_path, role, account_id, change_id, kind, step_no, round, occasion, created_at) ON notice TO xueji_app;

-- +goose Down
REVOKE INSERT (id, org_id, org_path, role, account_id, change_id, kind, step_no, round, occasion, created_at) ON notice FROM xueji_app;
DROP POLICY app_nobody ON notice;
-- left_for_mismatch may stay as it is.
DROP FUNCTION arrived_after(uuid, date);
ALTER TABLE suspension DROP COLUMN stage;
