-- +goose Up
-- One pupil of a list that gives pupils a class of their own school (分班 KT25, 调班 P52).
-- LISTED waits, MOVED is in force, STRUCK cannot be placed, for the reason of its code.
CREATE TABLE placing_line (
    change_id   uuid NOT NULL REFERENCES change,
    line_no     int NOT NULL CHECK (line_no BETWEEN 1 AND 500),
    student_id  uuid NOT NULL REFERENCES student,
    class_id    uuid NOT NULL REFERENCES school_class,
    class_name  text NOT NULL,
    from_class  uuid REFERENCES school_class, -- empty: the pupil had none
    from_name   text NOT NULL DEFAULT '',
    subject     jsonb NOT NULL,               -- the pupil as every party may see it; numbers masked
    verdict     text NOT NULL DEFAULT 'LISTED' CHECK (verdict IN ('LISTED', 'STRUCK', 'MOVED')),
    code        text NOT NULL DEFAULT '',
    params      jsonb NOT NULL DEFAULT '{}',
    settled_at  timestamptz,
    PRIMARY KEY (change_id, line_no),
    UNIQUE (change_id, student_id),
    CHECK ((verdict = 'LISTED') = (settled_at IS NULL)),
    CHECK ((verdict = 'STRUCK') = (code <> ''))
);
CREATE INDEX placing_line_student ON placing_line (student_id);
CREATE TRIGGER placing_line_append_only BEFORE DELETE OR UPDATE OF change_id, line_no, student_id, class_id, class_name, from_class, from_name, subject
    ON placing_line FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER placing_line_settled_once BEFORE UPDATE ON placing_line FOR EACH ROW
    WHEN (OLD.verdict <> 'LISTED') EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER placing_line_no_truncate BEFORE TRUNCATE ON placing_line EXECUTE FUNCTION refuse_rewrite();

ALTER TABLE placing_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE placing_line FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON placing_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON placing_line TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_party ON placing_line FOR SELECT TO xueji_app USING (EXISTS (
    SELECT 1 FROM change_party p WHERE p.change_id = placing_line.change_id AND p.org_path <@ ANY ((SELECT scope())::ltree[])));
CREATE POLICY app_file ON placing_line FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id));
GRANT SELECT, INSERT (change_id, line_no, student_id, class_id, class_name, from_class, from_name, subject) ON placing_line TO xueji_app;
GRANT SELECT, UPDATE (verdict, code, params, settled_at) ON placing_line TO xueji_worker;

-- placing_held gives the lines of a list whose pupils another change holds.
-- +goose StatementBegin
CREATE FUNCTION placing_held(of_change uuid) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT l.line_no FROM placing_line l JOIN slot s ON s.key IN ('student/' || l.student_id, 'beside/' || l.student_id)
    WHERE l.change_id = of_change AND s.change_id <> of_change AND filed_here(of_change) ORDER BY 1
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION placing_held(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION placing_held(uuid) TO xueji_app;

-- +goose Down
DROP FUNCTION placing_held(uuid);
DROP TABLE placing_line;
