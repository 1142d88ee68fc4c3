-- +goose Up
-- The enrolment plan (招生规模, P37): how many pupils a school may take into the first
-- grade of a stage in a year, and how many places are used. The managing bureau hands in
-- the size. The used places are facts: only the worker writes them, in the transaction of
-- what uses or frees them, and never more than there are.
CREATE TABLE enrolment_plan (
    school_id uuid NOT NULL REFERENCES organisation,
    org_path  ltree NOT NULL,
    stage     text NOT NULL CHECK (stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    year      int NOT NULL CHECK (year BETWEEN 1980 AND 2100),
    size      int NOT NULL CHECK (size BETWEEN 0 AND 99999),
    used      int NOT NULL DEFAULT 0 CHECK (used >= 0),
    set_by    uuid NOT NULL,                     -- whose decision gave it the size
    set_at    timestamptz NOT NULL,
    version   bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (school_id, stage, year),
    CHECK (used <= size)
);
CREATE INDEX enrolment_plan_path ON enrolment_plan USING gist (org_path);

ALTER TABLE enrolment_plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE enrolment_plan FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON enrolment_plan TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON enrolment_plan TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_read ON enrolment_plan FOR SELECT TO xueji_app USING (org_path <@ (SELECT scope()));
-- A bureau sets the plans of the schools below it; a school never sets its own.
CREATE POLICY app_insert ON enrolment_plan FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope())
    AND NOT org_path = ANY (scope()) AND set_by = acting_account() AND used = 0);
CREATE POLICY app_update ON enrolment_plan FOR UPDATE TO xueji_app USING (org_path <@ (SELECT scope()) AND NOT org_path = ANY (scope()))
    WITH CHECK (set_by = acting_account());
GRANT SELECT ON enrolment_plan TO xueji_app, xueji_worker;
GRANT INSERT (school_id, org_path, stage, year, size, set_by, set_at) ON enrolment_plan TO xueji_app;
GRANT UPDATE (size, set_by, set_at, version) ON enrolment_plan TO xueji_app;
GRANT UPDATE (size, used, set_by, set_at, version) ON enrolment_plan TO xueji_worker;

-- +goose Down
DROP TABLE enrolment_plan;
