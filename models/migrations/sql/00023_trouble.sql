-- +goose Up
-- Problem status (问题学籍, KT10–KT14), arbitration (KT23), change correction (KT72)
-- and cases taken off a school's list (KT73).

-- What stands against a record, one row a problem and other record. OPEN raises the
-- flag in student.problem_flags; CORROBORATED is proven right beside the other, and
-- keeps the pair from being found again; CLEARED is over.
CREATE TABLE student_problem (
    id               uuid PRIMARY KEY,
    student_id       uuid NOT NULL REFERENCES student,
    org_path         ltree NOT NULL,
    kind             text NOT NULL CHECK (kind IN ('ID_ERROR', 'DUP_WITH_ID', 'DUP_WITHOUT_ID')),
    other_student_id uuid REFERENCES student,
    found_at         timestamptz NOT NULL,
    state            text NOT NULL CHECK (state IN ('OPEN', 'CORROBORATED', 'CLEARED')),
    corroborated_by  uuid REFERENCES change,
    cleared_at       timestamptz,
    cleared_by       uuid REFERENCES change,       -- NULL: the register itself found it gone
    CHECK (student_id <> other_student_id),
    CHECK (kind <> 'ID_ERROR' OR other_student_id IS NULL),
    CHECK ((state = 'CLEARED') = (cleared_at IS NOT NULL)),
    CHECK (state <> 'CORROBORATED' OR corroborated_by IS NOT NULL)
);
CREATE UNIQUE INDEX student_problem_once ON student_problem (student_id, kind, coalesce(other_student_id, '00000000-0000-0000-0000-000000000000')) WHERE state <> 'CLEARED';
CREATE INDEX student_problem_other ON student_problem (other_student_id) WHERE state <> 'CLEARED';
CREATE INDEX student_problem_list ON student_problem (found_at DESC, id DESC) WHERE state = 'OPEN';
CREATE INDEX student_problem_path ON student_problem USING gist (org_path) WHERE state = 'OPEN';

-- When the whole register was last looked through for a record's doubles; NULL: not
-- since it was written, or since its identity was.
ALTER TABLE student ADD COLUMN deduped_at timestamptz;
CREATE INDEX student_undeduped ON student (id) WHERE deduped_at IS NULL;

-- Flags that were raised before there were rows for them.
INSERT INTO student_problem (id, student_id, org_path, kind, found_at, state)
    SELECT gen_random_uuid(), s.id, s.org_path, f.kind, s.updated_at, 'OPEN' FROM student s CROSS JOIN LATERAL unnest(s.problem_flags) f (kind)
    WHERE f.kind IN ('ID_ERROR', 'DUP_WITH_ID', 'DUP_WITHOUT_ID');

-- The school of the other record of a corroboration: no party, so that it reads
-- nothing, but the common superior of both sides decides.
ALTER TABLE change ADD COLUMN beside uuid REFERENCES organisation;
ALTER TABLE change ADD COLUMN problem_id uuid REFERENCES student_problem;
-- The running claim an arbitration is about, or the change a correction strikes.
ALTER TABLE change ADD COLUMN about uuid REFERENCES change;
CREATE INDEX change_about ON change (about) WHERE about IS NOT NULL;
-- A change that never should have been (异动纠错).
ALTER TABLE change ADD COLUMN struck_at timestamptz;
ALTER TABLE change ADD COLUMN struck_by uuid REFERENCES change;
ALTER TABLE student_history ADD COLUMN struck_at timestamptz;
ALTER TABLE student_history ADD COLUMN struck_by uuid REFERENCES change;
ALTER TABLE change ADD CHECK ((struck_at IS NULL) = (struck_by IS NULL));
ALTER TABLE student_history ADD CHECK ((struck_at IS NULL) = (struck_by IS NULL));
-- Striking a line is all that may be written into it, and once.
CREATE TRIGGER student_history_struck_once BEFORE UPDATE OF struck_at, struck_by ON student_history FOR EACH ROW
    WHEN (OLD.struck_at IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();
GRANT UPDATE (struck_at, struck_by) ON student_history TO xueji_worker;

-- A notice may be about a record that no change is about: it names its problem.
ALTER TABLE notice ALTER COLUMN change_id DROP NOT NULL;
ALTER TABLE notice ADD COLUMN problem_id uuid REFERENCES student_problem;
ALTER TABLE notice ADD CHECK (change_id IS NULL OR problem_id IS NULL);
CREATE UNIQUE INDEX notice_problem_once ON notice (problem_id, kind, org_id) WHERE problem_id IS NOT NULL;

-- An ended case a school has taken off its list; it stays in every other view.
CREATE TABLE change_dismissal (
    change_id    uuid PRIMARY KEY REFERENCES change,
    org_path     ltree NOT NULL,
    dismissed_by uuid NOT NULL,
    dismissed_at timestamptz NOT NULL
);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['student_problem', 'change_dismissal'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY app_scope ON %I FOR SELECT TO xueji_app USING (org_path <@ (SELECT scope()))', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_file ON change_dismissal FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope()) AND filed_here(change_id));
GRANT SELECT ON student_problem TO xueji_app;
GRANT SELECT, INSERT, UPDATE ON student_problem TO xueji_worker;
GRANT SELECT, INSERT ON change_dismissal TO xueji_app;
GRANT SELECT ON change_dismissal TO xueji_worker;

-- problem_passed_there says whether the other side of a problem was found right.
-- +goose StatementBegin
CREATE FUNCTION problem_passed_there(of_problem uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM student_problem p JOIN student_problem q ON q.student_id = p.other_student_id AND q.other_student_id = p.student_id
        WHERE p.id = of_problem AND q.kind = p.kind AND q.state = 'CORROBORATED')
$$;
-- +goose StatementEnd

-- problem_other tells one side of a problem which school the other record is of,
-- whether that side has filed a corroboration, and whether it was found right: no
-- more of another office's pupil.
-- +goose StatementBegin
CREATE FUNCTION problem_other(of_problem uuid) RETURNS TABLE (school_id uuid, school text, filed boolean, passed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.id, o.name,
        EXISTS (SELECT 1 FROM change c JOIN student_problem q ON q.id = c.problem_id WHERE q.student_id = p.other_student_id AND q.other_student_id = p.student_id
            AND c.kind = 'PROBLEM_CORROBORATION' AND c.status = 'RUNNING'),
        problem_passed_there(p.id)
    FROM student_problem p JOIN student s ON s.id = p.other_student_id JOIN organisation o ON o.id = s.school_id
    WHERE p.id = of_problem AND p.org_path <@ (SELECT scope())
$$;

-- claim_on tells who is receiving a pupil now: a school that claims the same pupil
-- must know whom it disagrees with. Callers could name the pupil, and are audited.
CREATE FUNCTION claim_on(student uuid) RETURNS TABLE (change_id uuid, kind text, org_id uuid, org_path text, province text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, c.kind, o.id, o.path::text, o.province_code FROM slot l JOIN change c ON c.id = l.change_id JOIN organisation o ON o.id = c.org_id
    WHERE l.key = 'student/' || student
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION problem_passed_there(uuid), problem_other(uuid), claim_on(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION problem_passed_there(uuid), problem_other(uuid), claim_on(uuid) TO xueji_app, xueji_worker;

-- +goose Down
DROP FUNCTION claim_on(uuid), problem_other(uuid), problem_passed_there(uuid);
DROP TRIGGER student_history_struck_once ON student_history;
REVOKE UPDATE (struck_at, struck_by) ON student_history FROM xueji_worker;
ALTER TABLE student_history DROP COLUMN struck_at, DROP COLUMN struck_by;
DROP TABLE change_dismissal;
DELETE FROM notice WHERE change_id IS NULL;
ALTER TABLE notice DROP COLUMN problem_id;
ALTER TABLE notice ALTER COLUMN change_id SET NOT NULL;
ALTER TABLE change DROP COLUMN beside, DROP COLUMN problem_id, DROP COLUMN about, DROP COLUMN struck_at, DROP COLUMN struck_by;
DROP TABLE student_problem;
ALTER TABLE student DROP COLUMN deduped_at;
