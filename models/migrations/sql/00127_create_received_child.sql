-- +goose Up
-- Children whom a school has taken in while their record is outstanding (X9): no school may
-- refuse a child for want of a record. A row is what the school hands in; it changes no
-- record, and it is closed once, with what came of it.
CREATE TABLE received_child (
    id          uuid PRIMARY KEY,
    school_id   uuid NOT NULL REFERENCES organisation,
    org_path    ltree NOT NULL,
    name_cipher bytea NOT NULL,                -- sealed: there is no record yet that would hold it
    stage       text NOT NULL CHECK (stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    grade       int CHECK (grade BETWEEN 1 AND 9),
    class_id    uuid REFERENCES school_class,
    received_on date NOT NULL,
    from_school text NOT NULL DEFAULT '',      -- the name of a school, as far as it is known
    entered_by  uuid NOT NULL,
    entered_at  timestamptz NOT NULL,
    entry_key   text NOT NULL,                 -- makes a repeated request the same entry
    entry_hash  bytea NOT NULL,                -- keyed, because the request holds a name
    closed_at   timestamptz,
    closed_by   uuid,
    outcome     text CHECK (outcome IN ('RECORD_CAME', 'NEW_RECORD', 'LEFT', 'MISTAKE')),
    student_id  uuid REFERENCES student,       -- the record that came
    closed      boolean NOT NULL GENERATED ALWAYS AS (closed_at IS NOT NULL) STORED, -- open ones stand first in the list
    UNIQUE (entered_by, entry_key),
    CHECK ((grade IS NULL) <> (class_id IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK ((closed_at IS NULL) = (outcome IS NULL)),
    CHECK (student_id IS NULL OR outcome IN ('RECORD_CAME', 'NEW_RECORD'))
);
CREATE INDEX received_child_list ON received_child (closed, received_on, id);
CREATE INDEX received_child_school ON received_child (school_id, closed, received_on, id);
CREATE TRIGGER received_child_closed_once BEFORE UPDATE OF closed_at, closed_by, outcome, student_id ON received_child FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER received_child_kept BEFORE DELETE ON received_child FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

ALTER TABLE received_child ENABLE ROW LEVEL SECURITY;
ALTER TABLE received_child FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON received_child TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON received_child TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_read ON received_child FOR SELECT TO xueji_app USING (org_path <@ ANY ((SELECT scope())::ltree[]));
CREATE POLICY app_receive ON received_child FOR INSERT TO xueji_app WITH CHECK (org_path <@ ANY ((SELECT scope())::ltree[]) AND entered_by = acting_account()
    AND EXISTS (SELECT 1 FROM organisation o WHERE o.id = school_id AND o.path = received_child.org_path AND o.kind = 'SCHOOL' AND o.closed_at IS NULL)
    AND (class_id IS NULL OR EXISTS (SELECT 1 FROM school_class c WHERE c.id = class_id AND c.school_id = received_child.school_id)));
CREATE POLICY app_close ON received_child FOR UPDATE TO xueji_app USING (closed_at IS NULL AND org_path <@ ANY ((SELECT scope())::ltree[]))
    WITH CHECK (closed_at IS NOT NULL AND closed_by = acting_account()
        AND (student_id IS NULL OR EXISTS (SELECT 1 FROM student s WHERE s.id = student_id AND s.school_id = received_child.school_id)));
GRANT SELECT, INSERT (id, school_id, org_path, name_cipher, stage, grade, class_id, received_on, from_school, entered_by, entered_at, entry_key, entry_hash),
    UPDATE (closed_at, closed_by, outcome, student_id) ON received_child TO xueji_app;
GRANT SELECT ON received_child TO xueji_worker;

-- +goose Down
DROP TABLE received_child;
