-- +goose Up
-- Before the day on which running business of the graduating grade ends (KT64, P89) a school
-- is told once a year how much of it there is.
CREATE TABLE clearing_notice (
    school_id uuid NOT NULL REFERENCES organisation,
    year      int NOT NULL,
    pupils    int NOT NULL CHECK (pupils > 0),
    told_at   timestamptz NOT NULL,
    PRIMARY KEY (school_id, year)
);
ALTER TABLE clearing_notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE clearing_notice FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON clearing_notice TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON clearing_notice TO xueji_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON clearing_notice TO xueji_worker;

-- A notice may name a number and a day of its own.
ALTER TABLE notice ADD COLUMN counted int, ADD COLUMN on_day date;

-- +goose Down
ALTER TABLE notice DROP COLUMN counted, DROP COLUMN on_day;
DROP TABLE clearing_notice;
