-- +goose Up
-- By what records are found that may be of one pupil although name or birth date is typed
-- otherwise (查重): keyed hashes of what similar records have in common. It holds no name.
CREATE TABLE likeness (
    student_id uuid PRIMARY KEY REFERENCES student,
    keys       bigint[] NOT NULL
);
CREATE INDEX likeness_keys ON likeness USING gin (keys) WITH (fastupdate = off);
ALTER TABLE likeness ENABLE ROW LEVEL SECURITY;
ALTER TABLE likeness FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON likeness TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON likeness TO xueji_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE (keys) ON likeness TO xueji_worker;

-- How likely two records are of one pupil, of 100, and what speaks for it.
ALTER TABLE student_problem ADD COLUMN score smallint, ADD COLUMN signs text[] NOT NULL DEFAULT '{}';

-- +goose Down
ALTER TABLE student_problem DROP COLUMN score, DROP COLUMN signs;
DROP TABLE likeness;
