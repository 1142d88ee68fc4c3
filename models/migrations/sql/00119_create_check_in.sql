-- +goose Up
-- Who came back to school at the beginning of a term (报到注册, P43). The school hands it in,
-- class by class, and corrects it as pupils come; it changes no record.
CREATE TABLE check_in (
    student_id    uuid NOT NULL REFERENCES student,
    school_year   int NOT NULL,
    term          int NOT NULL CHECK (term IN (1, 2)),
    school_id     uuid NOT NULL REFERENCES organisation,
    org_path      ltree NOT NULL,
    class_id      uuid NOT NULL REFERENCES school_class,
    came          boolean NOT NULL,
    reason        text NOT NULL DEFAULT '',   -- code, of a pupil who did not come
    missing_since date,                       -- the day on which the pupil should have come
    noted_by      uuid NOT NULL,
    noted_at      timestamptz NOT NULL,
    -- Each school notes for itself: a pupil who has transferred within the term is noted anew.
    PRIMARY KEY (student_id, school_year, term, school_id),
    CHECK (came = (reason = '')),
    CHECK (came = (missing_since IS NULL))
);
CREATE INDEX check_in_absent ON check_in (school_year, term, school_id, student_id) WHERE NOT came;
CREATE INDEX check_in_class ON check_in (class_id, school_year, term);

ALTER TABLE check_in ENABLE ROW LEVEL SECURITY;
ALTER TABLE check_in FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON check_in TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON check_in TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_scope ON check_in TO xueji_app USING (org_path <@ ANY ((SELECT scope())::ltree[]))
    WITH CHECK (org_path <@ ANY ((SELECT scope())::ltree[]) AND noted_by = acting_account()
        AND EXISTS (SELECT 1 FROM student s WHERE s.id = student_id AND s.school_id = check_in.school_id AND s.org_path = check_in.org_path AND s.class_id = check_in.class_id));
GRANT SELECT, INSERT, UPDATE (school_id, org_path, class_id, came, reason, missing_since, noted_by, noted_at) ON check_in TO xueji_app;
GRANT SELECT ON check_in TO xueji_worker;

-- +goose Down
DROP TABLE check_in;
