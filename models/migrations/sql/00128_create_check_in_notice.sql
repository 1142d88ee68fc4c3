-- +goose Up
-- Some days after the beginning of a term a school is told once how many of its pupils did not
-- come (P43).
CREATE TABLE check_in_notice (
    school_id   uuid NOT NULL REFERENCES organisation,
    school_year int NOT NULL,
    term        int NOT NULL CHECK (term IN (1, 2)),
    pupils      int NOT NULL CHECK (pupils > 0),
    told_at     timestamptz NOT NULL,
    PRIMARY KEY (school_id, school_year, term)
);
ALTER TABLE check_in_notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE check_in_notice FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON check_in_notice TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON check_in_notice TO xueji_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON check_in_notice TO xueji_worker;

-- +goose Down
DROP TABLE check_in_notice;
