-- +goose Up
-- Changes that move the pupils of a list (批量转学, KT54).

ALTER TABLE change DROP CONSTRAINT change_nobody;
ALTER TABLE change ADD CONSTRAINT change_nobody CHECK (student_id IS NOT NULL OR roster_id IS NOT NULL
    OR kind = 'NEW_RECORD_IMMIGRANT' AND status <> 'EFFECTIVE' OR definition ->> 'subject' = 'LIST');

-- One pupil of a list. LISTED waits for the decisions, STRUCK was taken out by a
-- school (with a reason) or by the system (with a code), MOVED is in force.
CREATE TABLE change_line (
    change_id   uuid NOT NULL REFERENCES change,
    line_no     int NOT NULL CHECK (line_no BETWEEN 1 AND 500),
    student_id  uuid NOT NULL REFERENCES student,
    class_id    uuid NOT NULL REFERENCES school_class,
    subject     jsonb NOT NULL,              -- the pupil as every party may see it; numbers masked
    class_name  text NOT NULL,               -- for the side that cannot read the class
    verdict     text NOT NULL DEFAULT 'LISTED' CHECK (verdict IN ('LISTED', 'STRUCK', 'MOVED')),
    code        text NOT NULL DEFAULT '',    -- why the system struck it
    params      jsonb NOT NULL DEFAULT '{}',
    reason      text NOT NULL DEFAULT '',    -- why a person did
    settled_by  uuid,
    settled_at  timestamptz,
    PRIMARY KEY (change_id, line_no),
    UNIQUE (change_id, student_id),
    CHECK ((verdict = 'LISTED') = (settled_at IS NULL)),
    CHECK ((verdict = 'STRUCK') = (code <> '' OR reason <> ''))
);
CREATE INDEX change_line_student ON change_line (student_id);
CREATE TRIGGER change_line_append_only BEFORE DELETE OR UPDATE OF change_id, line_no, student_id, class_id, subject, class_name
    ON change_line FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER change_line_settled_once BEFORE UPDATE ON change_line FOR EACH ROW
    WHEN (OLD.verdict <> 'LISTED') EXECUTE FUNCTION refuse_rewrite();

ALTER TABLE change_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE change_line FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON change_line TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON change_line TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_party ON change_line FOR SELECT TO xueji_app USING (EXISTS (
    SELECT 1 FROM change_party p WHERE p.change_id = change_line.change_id AND p.org_path <@ (SELECT scope())));
CREATE POLICY app_file ON change_line FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id));
GRANT SELECT, INSERT (change_id, line_no, student_id, class_id, subject, class_name) ON change_line TO xueji_app;
GRANT SELECT, UPDATE (verdict, code, params, reason, settled_by, settled_at) ON change_line TO xueji_worker;

-- A list leaves a backup and a paper file for each of its pupils.
ALTER TABLE departure DROP CONSTRAINT departure_change_id_key;
ALTER TABLE departure ADD CONSTRAINT departure_once UNIQUE (change_id, student_id);
ALTER TABLE handover DROP CONSTRAINT handover_change_id_key;
ALTER TABLE handover ADD CONSTRAINT handover_once UNIQUE (change_id, student_id);

-- lines_held gives the lines of a list whose pupils another change holds.
-- +goose StatementBegin
CREATE FUNCTION lines_held(of_change uuid) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.line_no FROM change_line l JOIN slot s ON s.key = 'student/' || l.student_id
    WHERE l.change_id = of_change AND s.change_id <> of_change AND filed_here(of_change) ORDER BY 1
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION lines_held(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lines_held(uuid) TO xueji_app;

-- +goose Down
DROP FUNCTION lines_held(uuid);
ALTER TABLE handover DROP CONSTRAINT handover_once;
ALTER TABLE handover ADD CONSTRAINT handover_change_id_key UNIQUE (change_id);
ALTER TABLE departure DROP CONSTRAINT departure_once;
ALTER TABLE departure ADD CONSTRAINT departure_change_id_key UNIQUE (change_id);
DROP TABLE change_line;
ALTER TABLE change DROP CONSTRAINT change_nobody;
ALTER TABLE change ADD CONSTRAINT change_nobody CHECK (student_id IS NOT NULL OR roster_id IS NOT NULL
    OR kind = 'NEW_RECORD_IMMIGRANT' AND status <> 'EFFECTIVE') NOT VALID;
