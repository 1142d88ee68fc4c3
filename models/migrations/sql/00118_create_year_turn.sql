-- +goose Up
-- The turn of a school year (毕业升级, KT63, P88): what a province hands in. The work is a job
-- (批量任务); each of its parts is a range of record IDs, so that no record that moves between
-- schools meanwhile is missed or counted twice. A dry run writes only who would not move.
CREATE TABLE year_turn (
    id              uuid PRIMARY KEY,
    org_id          uuid NOT NULL REFERENCES organisation,
    org_path        ltree NOT NULL,
    province_code   text NOT NULL,
    school_year     int NOT NULL,                -- that begins: 2026 is 2026/27
    dry             boolean NOT NULL,
    filed_by        uuid NOT NULL,
    idempotency_key text NOT NULL,
    key_hash        bytea NOT NULL,              -- of the request
    created_at      timestamptz NOT NULL,
    finished_at     timestamptz,                 -- the last part was done
    undone_at       timestamptz                  -- the last part of its undoing was done
);
CREATE UNIQUE INDEX year_turn_key ON year_turn (filed_by, idempotency_key);
-- Two turns of one province and year at once: one is refused. A later one turns those who
-- were left.
CREATE UNIQUE INDEX year_turn_once ON year_turn (province_code, school_year) WHERE NOT dry AND finished_at IS NULL AND undone_at IS NULL;
CREATE INDEX year_turn_newest ON year_turn (created_at DESC, id DESC);

CREATE TABLE year_turn_part (
    turn_id  uuid NOT NULL REFERENCES year_turn,
    no       int NOT NULL CHECK (no > 0),
    org_path ltree NOT NULL,
    after_id uuid NOT NULL,                      -- the records after this one
    last_id  uuid,                               -- and up to this one; empty: all that follow
    moved    int NOT NULL DEFAULT 0,
    stayed   int NOT NULL DEFAULT 0,
    PRIMARY KEY (turn_id, no)
);

-- A record that does not move, and why.
CREATE TABLE year_turn_stay (
    turn_id    uuid NOT NULL REFERENCES year_turn,
    student_id uuid NOT NULL REFERENCES student,
    school_id  uuid NOT NULL REFERENCES organisation,
    org_path   ltree NOT NULL,
    stage      text NOT NULL,
    entry_year int NOT NULL,
    code       text NOT NULL CHECK (code <> ''),
    PRIMARY KEY (turn_id, student_id)
);
CREATE INDEX year_turn_stay_school ON year_turn_stay (turn_id, school_id, student_id);

-- Classes and year groups that a turn has closed, because their pupils have graduated.
CREATE TABLE year_turn_closed (
    turn_id  uuid NOT NULL REFERENCES year_turn,
    org_path ltree NOT NULL,
    class_id uuid REFERENCES school_class,
    grade_id uuid REFERENCES school_grade,
    CHECK ((class_id IS NULL) <> (grade_id IS NULL))
);
CREATE INDEX year_turn_closed_turn ON year_turn_closed (turn_id);

-- The school year up to which a record has been turned: a part that is done twice turns
-- no record twice.
ALTER TABLE student ADD COLUMN school_year int NOT NULL DEFAULT 0;

-- A line of the history may be struck by the undoing of a turn, which is no change.
ALTER TABLE student_history ADD COLUMN struck_job uuid REFERENCES job;
-- +goose StatementBegin
DO $$
DECLARE c text;
BEGIN
    SELECT conname INTO STRICT c FROM pg_constraint WHERE conrelid = 'student_history'::regclass AND contype = 'c'
        AND pg_get_constraintdef(oid) LIKE '%struck_at%';
    EXECUTE format('ALTER TABLE student_history DROP CONSTRAINT %I', c);
END $$;
-- +goose StatementEnd
ALTER TABLE student_history ADD CONSTRAINT student_history_struck CHECK ((struck_at IS NULL) = (struck_by IS NULL AND struck_job IS NULL));
GRANT UPDATE (struck_job) ON student_history TO xueji_worker;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['year_turn', 'year_turn_part', 'year_turn_stay', 'year_turn_closed'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd
-- Schools and bureaux of the province see the turn, and those of their pupils who stay.
CREATE POLICY app_read ON year_turn FOR SELECT TO xueji_app USING (EXISTS (
    SELECT 1 FROM unnest((SELECT scope())::ltree[]) s WHERE s <@ year_turn.org_path OR year_turn.org_path <@ s));
CREATE POLICY app_read ON year_turn_part FOR SELECT TO xueji_app USING (EXISTS (SELECT 1 FROM year_turn y WHERE y.id = turn_id));
CREATE POLICY app_read ON year_turn_stay FOR SELECT TO xueji_app USING (org_path <@ ANY ((SELECT scope())::ltree[]));
CREATE POLICY app_insert ON year_turn FOR INSERT TO xueji_app WITH CHECK (org_path <@ ANY ((SELECT scope())::ltree[])
    AND filed_by = acting_account() AND EXISTS (SELECT 1 FROM organisation o WHERE o.id = org_id AND o.path = org_path AND o.kind = 'PROVINCE'));
CREATE POLICY app_insert ON year_turn_part FOR INSERT TO xueji_app WITH CHECK (EXISTS (
    SELECT 1 FROM year_turn y WHERE y.id = turn_id AND y.org_path = year_turn_part.org_path AND y.filed_by = acting_account() AND y.finished_at IS NULL));
CREATE POLICY app_insert_turn ON job FOR INSERT TO xueji_app WITH CHECK (org_path <@ ANY ((SELECT scope())::ltree[])
    AND kind IN ('YEAR_TURN', 'YEAR_TURN_UNDO') AND state = 'RUNNING' AND change_id IS NULL AND filed_by = acting_account()
    AND EXISTS (SELECT 1 FROM year_turn y WHERE y.id = subject_id AND y.org_id = job.org_id AND y.org_path = job.org_path));
CREATE POLICY app_insert_turn ON job_part FOR INSERT TO xueji_app WITH CHECK (org_path <@ ANY ((SELECT scope())::ltree[])
    AND EXISTS (SELECT 1 FROM job j WHERE j.id = job_id AND j.org_path = job_part.org_path AND j.kind IN ('YEAR_TURN', 'YEAR_TURN_UNDO')
        AND j.filed_by = acting_account() AND j.reported_at IS NULL));

GRANT SELECT, INSERT (id, org_id, org_path, province_code, school_year, dry, filed_by, idempotency_key, key_hash, created_at) ON year_turn TO xueji_app;
GRANT SELECT, INSERT (turn_id, no, org_path, after_id, last_id) ON year_turn_part TO xueji_app;
GRANT SELECT ON year_turn_stay TO xueji_app;
GRANT SELECT, UPDATE (finished_at, undone_at) ON year_turn TO xueji_worker;
GRANT SELECT, UPDATE (moved, stayed) ON year_turn_part TO xueji_worker;
GRANT SELECT, INSERT, DELETE ON year_turn_stay TO xueji_worker;
GRANT SELECT, INSERT, DELETE ON year_turn_closed TO xueji_worker;
GRANT UPDATE (closed_at, version) ON school_grade TO xueji_worker;

-- +goose Down
REVOKE UPDATE (closed_at, version) ON school_grade FROM xueji_worker;
DROP POLICY app_insert_turn ON job_part;
DROP POLICY app_insert_turn ON job;
ALTER TABLE student_history DROP CONSTRAINT student_history_struck;
ALTER TABLE student_history DROP COLUMN struck_job;
ALTER TABLE student_history ADD CHECK ((struck_at IS NULL) = (struck_by IS NULL));
ALTER TABLE student DROP COLUMN school_year;
DROP TABLE year_turn_closed, year_turn_stay, year_turn_part, year_turn;
