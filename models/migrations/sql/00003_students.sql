-- +goose Up
-- Grades, classes, student records (学籍), guardians, history.

CREATE TABLE school_grade (
    id         uuid PRIMARY KEY,
    school_id  uuid NOT NULL REFERENCES organisation,
    org_path   ltree NOT NULL,
    stage      text NOT NULL CHECK (stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    entry_year int NOT NULL CHECK (entry_year BETWEEN 1980 AND 2100), -- the year group (cohort), not the grade number: it never changes
    name       text NOT NULL,
    closed_at  timestamptz,
    version    bigint NOT NULL DEFAULT 1,
    UNIQUE (school_id, stage, entry_year)
);

CREATE TABLE school_class (
    id         uuid PRIMARY KEY,
    school_id  uuid NOT NULL REFERENCES organisation,
    org_path   ltree NOT NULL,
    grade_id   uuid NOT NULL REFERENCES school_grade,
    code       text NOT NULL,
    name       text NOT NULL,
    capacity   int NOT NULL CHECK (capacity > 0),
    occupied   int NOT NULL DEFAULT 0 CHECK (occupied >= 0), -- seats taken; moved only together with student.holds_seat
    closed_at  timestamptz,
    version    bigint NOT NULL DEFAULT 1,
    UNIQUE (school_id, code)
);
CREATE INDEX school_class_grade ON school_class (grade_id);

-- The record has facets, not one status column (domain 3.1). What is searched,
-- checked or counted is a column; the rest of the 71 items lies in details.
-- Citizen IDs and student numbers (a G number is a citizen ID) are stored
-- three times: encrypted, as a keyed hash for lookup, and masked for lists.
CREATE TABLE student (
    id                 uuid PRIMARY KEY,
    school_id          uuid NOT NULL REFERENCES organisation,
    org_path           ltree NOT NULL,
    class_id           uuid REFERENCES school_class,
    holds_seat         boolean NOT NULL,
    stage              text NOT NULL CHECK (stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    entry_year         int NOT NULL,
    name               text NOT NULL,
    sex                text NOT NULL,
    birth_date         date NOT NULL,
    id_type            text NOT NULL,
    id_cipher          bytea,
    id_hash            bytea,
    id_masked          text NOT NULL DEFAULT '',
    number_class       text NOT NULL DEFAULT '' CHECK (number_class IN ('', 'L', 'G', 'J')),
    number_cipher      bytea,
    number_hash        bytea UNIQUE,
    number_masked      text NOT NULL DEFAULT '',
    enrol_status       text NOT NULL,
    in_register        boolean NOT NULL,
    on_campus          boolean NOT NULL,
    dedupe_state       text NOT NULL DEFAULT 'PENDING',
    identity_state     text NOT NULL DEFAULT 'UNCHECKED',
    problem_flags      text[] NOT NULL DEFAULT '{}',
    dropout            boolean NOT NULL DEFAULT false,
    entry_ym           text NOT NULL DEFAULT '',
    entry_mode         text NOT NULL DEFAULT '',
    study_mode         text NOT NULL DEFAULT '',
    ethnicity          text NOT NULL DEFAULT '',
    nationality        text NOT NULL DEFAULT '',
    household_type     text NOT NULL DEFAULT '',
    household_division text NOT NULL DEFAULT '',
    birth_division     text NOT NULL DEFAULT '',
    left_behind        text NOT NULL DEFAULT '',
    migrant_child      text NOT NULL DEFAULT '',
    orphan             text NOT NULL DEFAULT '',
    boarding_subsidy   text NOT NULL DEFAULT '',
    disability         text NOT NULL DEFAULT '',
    details            jsonb NOT NULL DEFAULT '{}', -- the remaining items of the sheet by field name
    roster_id          uuid,                        -- the import that made the record
    version            bigint NOT NULL DEFAULT 1,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    CHECK ((number_class = '') = (number_hash IS NULL)),
    CHECK ((id_cipher IS NULL) = (id_hash IS NULL))
);
-- One person, one record (一人一籍): a deleted record does not count.
CREATE UNIQUE INDEX student_identity ON student (id_hash) WHERE enrol_status <> 'DELETED';
CREATE INDEX student_school ON student (school_id, enrol_status, id);
CREATE INDEX student_class ON student (class_id, id);
CREATE INDEX student_name ON student (name, id);
CREATE INDEX student_name_prefix ON student (name text_pattern_ops, id);
CREATE INDEX student_path ON student USING gist (org_path);

-- Two-character pieces of a Chinese name, for "contains".
-- +goose StatementBegin
CREATE FUNCTION name_grams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT coalesce(array_agg(DISTINCT substr(name, i, 2)), '{}') FROM generate_series(1, length(name) - 1) AS i $$;
-- +goose StatementEnd
CREATE INDEX student_name_grams ON student USING gin (name_grams(name));

CREATE TABLE guardian (
    student_id         uuid NOT NULL REFERENCES student,
    seat               smallint NOT NULL CHECK (seat IN (1, 2)), -- family member 1 and 2 of the sheet
    org_path           ltree NOT NULL,
    name               text NOT NULL,
    relation           text NOT NULL,
    relation_note      text NOT NULL DEFAULT '',
    address            text NOT NULL DEFAULT '',
    household_division text NOT NULL DEFAULT '',
    phone              text NOT NULL DEFAULT '',
    is_guardian        boolean NOT NULL,
    id_type            text NOT NULL DEFAULT '',
    id_cipher          bytea,
    id_hash            bytea,
    id_masked          text NOT NULL DEFAULT '',
    ethnicity          text NOT NULL DEFAULT '',
    employer           text NOT NULL DEFAULT '',
    job                text NOT NULL DEFAULT '',
    PRIMARY KEY (student_id, seat)
);

-- A suspension (休学) of a record: the allowance is counted here.
CREATE TABLE suspension (
    id          uuid PRIMARY KEY,
    student_id  uuid NOT NULL REFERENCES student,
    org_path    ltree NOT NULL,
    change_id   uuid NOT NULL UNIQUE,
    reason_code text NOT NULL,
    from_date   date NOT NULL,
    until_date  date NOT NULL,
    ended_on    date,
    ended_by    uuid,
    CHECK (until_date > from_date)
);
CREATE UNIQUE INDEX suspension_open ON suspension (student_id) WHERE ended_on IS NULL;

-- Every change of a record, before and after, append-only; secrets only masked.
CREATE TABLE student_history (
    id           uuid PRIMARY KEY,
    student_id   uuid NOT NULL REFERENCES student,
    org_path     ltree NOT NULL,       -- the school at that time: it keeps its view of the past
    change_id    uuid,
    kind         text NOT NULL,
    effective_on date NOT NULL,
    recorded_at  timestamptz NOT NULL,
    account_id   uuid,
    before       jsonb NOT NULL,
    after        jsonb NOT NULL
);
CREATE INDEX student_history_student ON student_history (student_id, recorded_at, id);
CREATE UNIQUE INDEX student_history_change ON student_history (change_id, student_id) WHERE change_id IS NOT NULL;
CREATE TRIGGER student_history_append_only BEFORE UPDATE OR DELETE ON student_history FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER student_history_no_truncate BEFORE TRUNCATE ON student_history EXECUTE FUNCTION refuse_rewrite();

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['school_grade', 'school_class', 'student', 'guardian', 'suspension', 'student_history'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY app_scope ON %I TO xueji_app USING (org_path <@ (SELECT scope())) WITH CHECK (org_path <@ (SELECT scope()))', t);
    END LOOP;
END $$;
-- +goose StatementEnd
GRANT SELECT, INSERT, UPDATE ON school_grade, school_class TO xueji_app;
REVOKE UPDATE ON school_class FROM xueji_app;
GRANT UPDATE (name, capacity, closed_at, version, org_path) ON school_class TO xueji_app;
GRANT SELECT ON student, guardian, suspension, student_history TO xueji_app;
GRANT SELECT ON school_grade TO xueji_worker;
GRANT SELECT, UPDATE ON school_class TO xueji_worker;
GRANT SELECT, INSERT, UPDATE ON student, guardian, suspension TO xueji_worker;
GRANT SELECT, INSERT ON student_history TO xueji_worker;

-- +goose Down
DROP TABLE student_history, suspension, guardian, student, school_class, school_grade;
DROP FUNCTION name_grams(text);
