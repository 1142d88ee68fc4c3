-- +goose Up
-- A strike (异动纠错) takes back what its case brought about, and a pupil's arrival at a
-- school is no longer the day on which the record was loaded.

-- A pupil who never moved left no school: the backup, and the paper file that never
-- travelled, are struck with the move. The rows stay.
ALTER TABLE departure ADD COLUMN struck_at timestamptz, ADD COLUMN struck_by uuid REFERENCES change;
ALTER TABLE departure ADD CONSTRAINT departure_struck CHECK ((struck_at IS NULL) = (struck_by IS NULL));
GRANT UPDATE (struck_at, struck_by) ON departure TO xueji_worker;
ALTER TABLE handover ADD COLUMN struck_at timestamptz, ADD COLUMN struck_by uuid REFERENCES change;
ALTER TABLE handover ADD CONSTRAINT handover_struck CHECK ((struck_at IS NULL) = (struck_by IS NULL));

-- Of a list only the line of the pupil is struck; the others have moved.
ALTER TABLE change_line ADD COLUMN struck_at timestamptz, ADD COLUMN struck_by uuid REFERENCES change;
ALTER TABLE change_line ADD CONSTRAINT change_line_struck CHECK ((struck_at IS NULL) = (struck_by IS NULL) AND (struck_at IS NULL OR verdict = 'MOVED'));
DROP TRIGGER change_line_settled_once ON change_line;
CREATE TRIGGER change_line_settled_once BEFORE UPDATE OF verdict, code, params, reason, settled_by, settled_at ON change_line FOR EACH ROW
    WHEN (OLD.verdict <> 'LISTED') EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER change_line_struck_once BEFORE UPDATE OF struck_at, struck_by ON change_line FOR EACH ROW
    WHEN (OLD.struck_at IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();
GRANT UPDATE (struck_at, struck_by) ON change_line TO xueji_worker;

-- +goose StatementBegin
-- struck_by_case gives the case number of a correction. Whoever reads what was struck
-- reads by which case; the correction itself is the bureaux' business.
CREATE FUNCTION struck_by_case(correction uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.case_no FROM change c WHERE c.id = correction AND c.kind = 'CHANGE_CORRECTION'
$$;

-- arrived_after says whether a pupil came to the present school after a day: on that
-- day no paper procedure can have been completed there (KT58). The pupil came with the
-- last move, or return, to the school; where there was none, in the entry month, or with
-- the year group. The day on which a sheet was loaded says nothing about it.
CREATE OR REPLACE FUNCTION arrived_after(pupil uuid, day date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((SELECT h.effective_on FROM student_history h WHERE h.student_id = s.id AND h.struck_at IS NULL AND h.change_id IS NOT NULL
                AND h.after ->> 'school_id' = CAST(s.school_id AS text)
                AND (h.before ->> 'school_id' <> h.after ->> 'school_id' OR h.kind IN ('RESTORE_ADMISSION', 'RETURN_FROM_ABROAD'))
            ORDER BY h.recorded_at DESC, h.id DESC LIMIT 1),
        CASE WHEN s.entry_ym ~ '^[12][0-9]{3}(0[1-9]|1[0-2])$' THEN to_date(s.entry_ym, 'YYYYMM') ELSE make_date(s.entry_year, 9, 1) END) > day
    FROM student s WHERE s.id = pupil
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION struck_by_case(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION struck_by_case(uuid) TO xueji_app, xueji_worker;

-- +goose Down
-- arrived_after may stay as it is.
DROP FUNCTION struck_by_case(uuid);
DROP TRIGGER change_line_struck_once ON change_line;
DROP TRIGGER change_line_settled_once ON change_line;
CREATE TRIGGER change_line_settled_once BEFORE UPDATE ON change_line FOR EACH ROW
    WHEN (OLD.verdict <> 'LISTED') EXECUTE FUNCTION refuse_rewrite();
ALTER TABLE change_line DROP COLUMN struck_at, DROP COLUMN struck_by;
ALTER TABLE handover DROP COLUMN struck_at, DROP COLUMN struck_by;
ALTER TABLE departure DROP COLUMN struck_at, DROP COLUMN struck_by;
