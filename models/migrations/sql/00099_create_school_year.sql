-- +goose Up
-- The terms of a school year (学年学期, P14) as a province sets them. A year without a row
-- follows the policy of the province.
CREATE TABLE school_year (
    province_code text NOT NULL,
    year          int NOT NULL CHECK (year BETWEEN 2000 AND 2100),  -- in which the first term begins
    first_from    date NOT NULL,
    first_to      date NOT NULL,
    second_from   date NOT NULL,
    second_to     date NOT NULL,
    set_by        uuid NOT NULL,
    set_at        timestamptz NOT NULL,
    version       bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (province_code, year),
    CHECK (first_from < first_to AND first_to < second_from AND second_from < second_to),
    CHECK (extract(year FROM first_from) = year)
);
ALTER TABLE school_year ENABLE ROW LEVEL SECURITY;
ALTER TABLE school_year FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON school_year TO CURRENT_USER USING (true) WITH CHECK (true);
-- The days of a term are no secret. The province's own office sets them, in
-- their own name, as the versions of its policy.
CREATE POLICY worker_read ON school_year FOR SELECT TO xueji_worker USING (true);
CREATE POLICY app_read ON school_year FOR SELECT TO xueji_app USING (true);
CREATE POLICY app_insert ON school_year FOR INSERT TO xueji_app WITH CHECK (set_by = acting_account()
    AND EXISTS (SELECT 1 FROM organisation o WHERE o.kind = 'PROVINCE' AND o.code = school_year.province_code AND o.closed_at IS NULL AND o.path = ANY (scope())));
CREATE POLICY app_update ON school_year FOR UPDATE TO xueji_app
    USING (EXISTS (SELECT 1 FROM organisation o WHERE o.kind = 'PROVINCE' AND o.code = school_year.province_code AND o.closed_at IS NULL AND o.path = ANY (scope())))
    WITH CHECK (set_by = acting_account());
GRANT SELECT ON school_year TO xueji_app, xueji_worker;
GRANT INSERT (province_code, year, first_from, first_to, second_from, second_to, set_by, set_at) ON school_year TO xueji_app;
GRANT UPDATE (first_from, first_to, second_from, second_to, set_by, set_at, version) ON school_year TO xueji_app;

-- +goose Down
DROP TABLE school_year;
