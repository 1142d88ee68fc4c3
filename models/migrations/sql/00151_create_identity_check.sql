-- +goose Up
-- What the population database said about a record, and when it was asked (身份认证, P21, P22).
-- It holds no name and no number: the record has them.
CREATE TABLE identity_check (
    id         uuid PRIMARY KEY,
    student_id uuid NOT NULL REFERENCES student,
    org_path   ltree NOT NULL,
    asked_at   timestamptz NOT NULL,
    answer     text NOT NULL CHECK (answer IN ('MATCH', 'NOT_FOUND', 'CANCELLED', 'DUPLICATE_REMOVED', 'MIGRATING')),
    change_id  uuid REFERENCES change -- asked by a step of this change
);
CREATE INDEX identity_check_student ON identity_check (student_id, asked_at DESC);
CREATE UNIQUE INDEX identity_check_change ON identity_check (change_id) WHERE change_id IS NOT NULL;

-- The records that a job asks about, numbered as its parts count them.
CREATE TABLE identity_question (
    job_id     uuid NOT NULL REFERENCES job,
    no         int NOT NULL,
    student_id uuid NOT NULL REFERENCES student,
    PRIMARY KEY (job_id, no)
);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['identity_check', 'identity_question'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_scope ON identity_check FOR SELECT TO xueji_app USING (org_path <@ ANY ((SELECT scope())::ltree[]));
GRANT SELECT ON identity_check TO xueji_app;
GRANT SELECT, INSERT, UPDATE (org_path) ON identity_check TO xueji_worker;
GRANT SELECT, INSERT, DELETE ON identity_question TO xueji_worker;

-- +goose Down
DROP TABLE identity_question, identity_check;
