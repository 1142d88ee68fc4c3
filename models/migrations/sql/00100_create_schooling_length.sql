-- +goose Up
-- The schooling length (学制, P12) of a school where it differs from its province's: how
-- many years a stage takes from a school year on. A decided change writes a row; the rows
-- of earlier years stay, because they say what was true then. What a school teaches is as
-- public as the directory (P3).
CREATE TABLE schooling_length (
    school_id  uuid NOT NULL REFERENCES organisation,
    stage      text NOT NULL CHECK (stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    from_year  int NOT NULL CHECK (from_year BETWEEN 2000 AND 2100),  -- the school year in which it begins
    years      int NOT NULL CHECK (years BETWEEN 1 AND 9),
    change_id  uuid NOT NULL REFERENCES change,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (school_id, stage, from_year)
);
ALTER TABLE schooling_length ENABLE ROW LEVEL SECURITY;
ALTER TABLE schooling_length FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON schooling_length TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON schooling_length TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_read ON schooling_length FOR SELECT TO xueji_app USING (true);
GRANT SELECT ON schooling_length TO xueji_app, xueji_worker;
GRANT INSERT (school_id, stage, from_year, years, change_id, decided_at) ON schooling_length TO xueji_worker;
GRANT UPDATE (years, change_id, decided_at) ON schooling_length TO xueji_worker;

-- stage_years gives the years of a stage of a school in a school year: those of the
-- school's own length, or the years of the policy, which the caller gives as otherwise. Statements that work on whole provinces call it.
-- +goose StatementBegin
CREATE FUNCTION stage_years(of_school uuid, of_stage text, in_year int, otherwise int) RETURNS int
LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT l.years FROM public.schooling_length l WHERE l.school_id = of_school AND l.stage = of_stage AND l.from_year <= in_year
        ORDER BY l.from_year DESC LIMIT 1), otherwise)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION stage_years(uuid, text, int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION stage_years(uuid, text, int, int) TO xueji_app, xueji_worker;

-- +goose Down
DROP FUNCTION stage_years(uuid, text, int, int);
DROP TABLE schooling_length;
