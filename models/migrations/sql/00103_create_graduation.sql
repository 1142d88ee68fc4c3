-- +goose Up
-- Graduation (毕业, KT60, KT61): a school's list of the pupils of its graduating grade, with
-- a conclusion for each. LISTED waits for the decisions, STRUCK was taken out by a person
-- (with a reason) or by the system (with a code), GRADUATED is in force. A line that was
-- rolled back (毕业生回退) names the change that did it, and so does a line that was struck
-- as a mistake (异动纠错).
CREATE TABLE graduation_line (
    change_id   uuid NOT NULL REFERENCES change,
    line_no     int NOT NULL CHECK (line_no BETWEEN 1 AND 2000),
    student_id  uuid NOT NULL REFERENCES student,
    school_id   uuid NOT NULL REFERENCES organisation,
    stage       text NOT NULL CHECK (stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    year        int NOT NULL CHECK (year BETWEEN 1950 AND 2200),
    conclusion  text NOT NULL CHECK (conclusion IN ('GRADUATED', 'COMPLETED', 'INCOMPLETE')),
    subject     jsonb NOT NULL,              -- the pupil as every party may see it; numbers masked
    class_name  text NOT NULL,               -- the last class
    verdict     text NOT NULL DEFAULT 'LISTED' CHECK (verdict IN ('LISTED', 'STRUCK', 'GRADUATED')),
    code        text NOT NULL DEFAULT '',    -- why the system struck it
    params      jsonb NOT NULL DEFAULT '{}',
    reason      text NOT NULL DEFAULT '',    -- why a person did
    settled_by  uuid,
    settled_at  timestamptz,
    undone_at   timestamptz,
    undone_by   uuid REFERENCES change,
    struck_at   timestamptz,
    struck_by   uuid REFERENCES change,
    PRIMARY KEY (change_id, line_no),
    UNIQUE (change_id, student_id),
    CHECK ((verdict = 'LISTED') = (settled_at IS NULL)),
    CHECK ((verdict = 'STRUCK') = (code <> '' OR reason <> '')),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL OR verdict = 'GRADUATED')),
    CHECK ((struck_at IS NULL) = (struck_by IS NULL) AND (struck_at IS NULL OR verdict = 'GRADUATED'))
);
CREATE INDEX graduation_line_student ON graduation_line (student_id);
-- The graduates of a school by year. A pupil graduates once from a stage in a year, until
-- the graduation is rolled back; a pupil who goes on in the sixth year of another province after
-- five years of primary school graduates from that stage again (KT22).
CREATE INDEX graduation_line_school ON graduation_line (school_id, year, change_id, line_no) WHERE verdict = 'GRADUATED' AND undone_at IS NULL;
CREATE UNIQUE INDEX graduation_line_once ON graduation_line (student_id, stage, year) WHERE verdict = 'GRADUATED' AND undone_at IS NULL;
CREATE TRIGGER graduation_line_append_only BEFORE DELETE OR UPDATE OF change_id, line_no, student_id, school_id, stage, year, conclusion, subject, class_name
    ON graduation_line FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER graduation_line_settled_once BEFORE UPDATE OF verdict, code, params, reason, settled_by, settled_at ON graduation_line FOR EACH ROW
    WHEN (OLD.verdict <> 'LISTED') EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER graduation_line_undone_once BEFORE UPDATE OF undone_at, undone_by ON graduation_line FOR EACH ROW
    WHEN (OLD.undone_at IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER graduation_line_struck_once BEFORE UPDATE OF struck_at, struck_by ON graduation_line FOR EACH ROW
    WHEN (OLD.struck_at IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();

ALTER TABLE graduation_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE graduation_line FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON graduation_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON graduation_line TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_party ON graduation_line FOR SELECT TO xueji_app USING (EXISTS (
    SELECT 1 FROM change_party p WHERE p.change_id = graduation_line.change_id AND p.org_path <@ ANY ((SELECT scope())::ltree[]) OFFSET 0));
CREATE POLICY app_file ON graduation_line FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id));
GRANT SELECT, INSERT (change_id, line_no, student_id, school_id, stage, year, conclusion, subject, class_name) ON graduation_line TO xueji_app;
GRANT SELECT, UPDATE (verdict, code, params, reason, settled_by, settled_at, undone_at, undone_by, struck_at, struck_by) ON graduation_line TO xueji_worker;

-- graduation_lines_held gives the lines of a list whose pupils another change holds.
-- +goose StatementBegin
CREATE FUNCTION graduation_lines_held(of_change uuid) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT l.line_no FROM graduation_line l JOIN slot s ON s.key IN ('student/' || l.student_id, 'beside/' || l.student_id)
    WHERE l.change_id = of_change AND s.change_id <> of_change AND filed_here(of_change) ORDER BY 1
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION graduation_lines_held(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION graduation_lines_held(uuid) TO xueji_app;

-- +goose Down
DROP FUNCTION graduation_lines_held(uuid);
DROP TABLE graduation_line;
