-- +goose Up
-- Claims (录取) of schools on graduates (KT20 to KT27). A claim holds no slot: several
-- schools may claim one graduate. CLAIMED waits for the bureau, ADMITTED was approved and
-- holds a place of the plan, RETRIEVED holds the pupil's slot (调档), FINAL moved the
-- record, ENDED came to nothing and says why.
--
-- Law 2: the application hands claims in; what becomes of them is the worker's.
CREATE TABLE admission (
    change_id       uuid NOT NULL REFERENCES change,
    line_no         int NOT NULL CHECK (line_no BETWEEN 1 AND 500),
    sheet_row       int NOT NULL DEFAULT 0 CHECK (sheet_row >= 0),  -- the row of the school's sheet
    student_id      uuid NOT NULL REFERENCES student,
    school_id       uuid NOT NULL REFERENCES organisation,          -- that claims
    plan_year       int NOT NULL CHECK (plan_year BETWEEN 1980 AND 2100),
    stage           text NOT NULL CHECK (stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    entry_year      int NOT NULL CHECK (entry_year BETWEEN 1980 AND 2100),
    from_school     uuid NOT NULL REFERENCES organisation,          -- of graduation
    from_stage      text NOT NULL CHECK (from_stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    from_entry_year int NOT NULL,
    graduated_on    date,
    subject         jsonb NOT NULL,              -- the pupil as every party may see it; numbers masked
    state           text NOT NULL DEFAULT 'CLAIMED' CHECK (state IN ('CLAIMED', 'ADMITTED', 'RETRIEVED', 'FINAL', 'ENDED')),
    placed          boolean NOT NULL DEFAULT false, -- holds a place of the plan
    waits           text NOT NULL DEFAULT '',    -- code of what its retrieval waits for
    code            text NOT NULL DEFAULT '',    -- why the system ended it
    params          jsonb NOT NULL DEFAULT '{}',
    reason          text NOT NULL DEFAULT '',    -- why a person struck it
    settled_by      uuid,
    settled_at      timestamptz,                 -- final or ended
    tell            text NOT NULL DEFAULT '',    -- notice that its school is still to get
    PRIMARY KEY (change_id, line_no),
    UNIQUE (change_id, student_id),
    CHECK ((state IN ('FINAL', 'ENDED')) = (settled_at IS NOT NULL)),
    CHECK ((state = 'ENDED') = (code <> '' OR reason <> '')),
    CHECK (NOT placed OR state IN ('ADMITTED', 'RETRIEVED', 'FINAL'))
);
-- One file, one school.
CREATE UNIQUE INDEX admission_taken ON admission (student_id, plan_year) WHERE state IN ('RETRIEVED', 'FINAL');
CREATE INDEX admission_student ON admission (student_id);
CREATE INDEX admission_school ON admission (school_id, plan_year, change_id, line_no);
CREATE INDEX admission_untold ON admission (change_id) WHERE tell <> '';
CREATE TRIGGER admission_append_only BEFORE DELETE OR UPDATE OF change_id, line_no, sheet_row, student_id, school_id, plan_year, stage, entry_year, from_school,
    from_stage, from_entry_year, graduated_on, subject ON admission FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER admission_ends_once BEFORE UPDATE OF state, placed, code, params, reason ON admission FOR EACH ROW
    WHEN (OLD.state = 'ENDED') EXECUTE FUNCTION refuse_rewrite();

-- A deferral (缓学): a graduate who goes on later, with the reason. It is handed in by
-- the school of graduation or a bureau above it, and is never rewritten, only cancelled.
CREATE TABLE enrolment_deferral (
    id           uuid PRIMARY KEY,
    student_id   uuid NOT NULL REFERENCES student,
    plan_year    int NOT NULL CHECK (plan_year BETWEEN 1980 AND 2100),
    until_year   int NOT NULL CHECK (until_year BETWEEN 1980 AND 2100),
    reason_code  text NOT NULL CHECK (reason_code IN ('ILLNESS', 'DISABILITY', 'FAMILY', 'OTHER')),
    reason       text NOT NULL DEFAULT '',
    account_id   uuid NOT NULL,
    recorded_at  timestamptz NOT NULL,
    cancelled_by uuid,
    cancelled_at timestamptz,
    record_key   text NOT NULL,                  -- makes a repeated request the same deferral
    record_hash  bytea NOT NULL,
    CHECK (until_year > plan_year),
    CHECK ((cancelled_by IS NULL) = (cancelled_at IS NULL))
);
CREATE UNIQUE INDEX enrolment_deferral_key ON enrolment_deferral (account_id, record_key);
CREATE UNIQUE INDEX enrolment_deferral_once ON enrolment_deferral (student_id, plan_year) WHERE cancelled_at IS NULL;
CREATE TRIGGER enrolment_deferral_append_only BEFORE DELETE OR UPDATE OF id, student_id, plan_year, until_year, reason_code, reason, account_id, recorded_at,
    record_key, record_hash ON enrolment_deferral FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['admission', 'enrolment_deferral'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
        -- An office that reads the record reads the claims on it.
        EXECUTE format('CREATE POLICY app_record ON %I FOR SELECT TO xueji_app USING (EXISTS (SELECT 1 FROM student s WHERE s.id = %I.student_id))', t, t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_party ON admission FOR SELECT TO xueji_app USING (EXISTS (
    SELECT 1 FROM change_party p WHERE p.change_id = admission.change_id AND p.org_path <@ ANY ((SELECT scope())::ltree[])));
CREATE POLICY app_file ON admission FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id));
CREATE POLICY app_hand_in ON enrolment_deferral FOR INSERT TO xueji_app WITH CHECK (
    account_id = acting_account() AND EXISTS (SELECT 1 FROM student s WHERE s.id = student_id));
CREATE POLICY app_cancel ON enrolment_deferral FOR UPDATE TO xueji_app USING (cancelled_at IS NULL AND EXISTS (SELECT 1 FROM student s WHERE s.id = student_id))
    WITH CHECK (cancelled_by = acting_account());

GRANT SELECT ON admission, enrolment_deferral TO xueji_app, xueji_worker;
GRANT INSERT (change_id, line_no, sheet_row, student_id, school_id, plan_year, stage, entry_year, from_school, from_stage, from_entry_year, graduated_on, subject)
    ON admission TO xueji_app;
GRANT UPDATE (state, placed, waits, code, params, reason, settled_by, settled_at, tell) ON admission TO xueji_worker;
GRANT INSERT (id, student_id, plan_year, until_year, reason_code, reason, account_id, recorded_at, record_key, record_hash) ON enrolment_deferral TO xueji_app;
GRANT UPDATE (cancelled_by, cancelled_at) ON enrolment_deferral TO xueji_app;

-- graduates_named finds the graduates whom a school names by name and number, and says no
-- more of them than the school must know to claim them: also whether another school of the
-- same bureau was approved (KT26). A number without the name finds no graduate.
-- +goose StatementBegin
CREATE FUNCTION graduates_named(named jsonb, for_school uuid, for_year int)
RETURNS TABLE (no int, id uuid, school_id uuid, stage text, entry_year int, enrol_status text, name text, id_type text, id_masked text, number_masked text,
    graduated_on date, claimed_in text, taken_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.no, s.id, s.school_id, s.stage, s.entry_year, s.enrol_status, s.name, s.id_type, s.id_masked, s.number_masked,
        (SELECT max(h.effective_on) FROM student_history h WHERE h.student_id = s.id AND h.kind = 'GRADUATION' AND h.struck_at IS NULL),
        (SELECT c.case_no FROM admission a JOIN change c ON c.id = a.change_id
            WHERE a.student_id = s.id AND a.plan_year = for_year AND a.school_id = for_school AND a.state <> 'ENDED' LIMIT 1),
        (SELECT o.name FROM admission a JOIN organisation o ON o.id = a.school_id
            WHERE a.student_id = s.id AND a.school_id <> for_school AND o.parent_id = f.parent_id
              AND (a.state IN ('ADMITTED', 'RETRIEVED') OR a.state = 'FINAL' AND a.plan_year = for_year) LIMIT 1)
    FROM organisation f
    CROSS JOIN jsonb_to_recordset(named) AS n (no int, keys text[], hash text)
    JOIN student s ON s.number_hash = decode(n.hash, 'hex') AND s.name_key = ANY (n.keys) AND s.enrol_status <> 'DELETED'
    WHERE f.id = for_school AND f.path <@ ANY ((SELECT scope())::ltree[])
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION graduates_named(jsonb, uuid, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION graduates_named(jsonb, uuid, int) TO xueji_app;

-- admission_dispute gives a school the claim of another bureau's school that was admitted
-- for a graduate whom it was admitted for itself (KT23): who that is, and nothing more.
-- +goose StatementBegin
CREATE FUNCTION admission_dispute(of_student uuid, for_school uuid) RETURNS TABLE (change_id uuid, org_id uuid, org_path text, province text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.change_id, o.id, o.path::text, o.province_code
    FROM admission a JOIN organisation f ON f.id = a.school_id
    JOIN admission b ON b.student_id = a.student_id AND b.state IN ('ADMITTED', 'RETRIEVED')
    JOIN organisation o ON o.id = b.school_id AND o.parent_id <> f.parent_id
    WHERE a.student_id = of_student AND a.school_id = for_school AND a.state IN ('ADMITTED', 'RETRIEVED') AND f.path <@ ANY ((SELECT scope())::ltree[])
    ORDER BY a.change_id, b.change_id LIMIT 1
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION admission_dispute(uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION admission_dispute(uuid, uuid) TO xueji_app;

-- +goose Down
DROP FUNCTION admission_dispute(uuid, uuid);
DROP FUNCTION graduates_named(jsonb, uuid, int);
DROP TABLE enrolment_deferral, admission;
