-- +goose Up
-- Changes between offices, automatic steps, and changes of key data.

-- What the parties of a change may see of the pupil, as it was when it was filed:
-- the receiving side cannot read the record before the transfer, the releasing
-- side not after it. Numbers are masked.
ALTER TABLE change ADD COLUMN subject jsonb NOT NULL DEFAULT '{}';
-- The keyed hash of the number the pupil was found by: the national validation
-- asks whether it is still the pupil's (code 2001).
ALTER TABLE change ADD COLUMN found_by bytea;
-- The releasing province's policy, where another province releases.
ALTER TABLE change ADD COLUMN out_policy_version int;

-- An automatic step has an act and no tasks; it is tried again until the world
-- outside has answered.
ALTER TABLE step ADD COLUMN act text NOT NULL DEFAULT '';
ALTER TABLE step ADD COLUMN attempts int NOT NULL DEFAULT 0;
ALTER TABLE step ADD COLUMN next_attempt_at timestamptz;
ALTER TABLE step ADD CHECK (act <> '' OR next_attempt_at IS NULL);
CREATE INDEX step_automatic ON step (next_attempt_at) WHERE status = 'OPEN' AND act <> '';
CREATE UNIQUE INDEX change_event_silent ON change_event (change_id, step_no, round, verb) WHERE verb = 'NO_ANSWER';

-- What a change of key data writes into the record, one row an item. What is
-- secret stands masked, and in full only encrypted. A resubmission writes a new round.
CREATE TABLE change_value (
    change_id  uuid NOT NULL REFERENCES change,
    round      int NOT NULL,
    field      text NOT NULL,
    before     text NOT NULL,
    after      text NOT NULL,
    cipher     bytea,
    hash       bytea,
    PRIMARY KEY (change_id, round, field)
);

-- The e-backup (电子备份) a school keeps of a pupil who moved on: what it knew, as
-- it was on that day (教基一〔2013〕7号 Art. 15).
CREATE TABLE departure (
    id             uuid PRIMARY KEY,
    change_id      uuid NOT NULL UNIQUE REFERENCES change,
    student_id     uuid NOT NULL REFERENCES student,
    school_id      uuid NOT NULL REFERENCES organisation,
    org_path       ltree NOT NULL,
    left_on        date NOT NULL,
    to_school_id   uuid NOT NULL REFERENCES organisation,
    name           text NOT NULL,
    number_masked  text NOT NULL,
    record         jsonb NOT NULL,
    recorded_at    timestamptz NOT NULL
);
CREATE INDEX departure_school ON departure (school_id, left_on DESC, id DESC);
CREATE INDEX departure_student ON departure (student_id);
CREATE TRIGGER departure_append_only BEFORE DELETE
    OR UPDATE OF id, change_id, student_id, school_id, left_on, to_school_id, name, number_masked, record, recorded_at
    ON departure FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

-- The paper file travels after the register moved; it is tracked to its end.
CREATE TABLE handover (
    id           uuid PRIMARY KEY,
    change_id    uuid NOT NULL UNIQUE REFERENCES change,
    student_id   uuid NOT NULL REFERENCES student,
    from_school  uuid NOT NULL REFERENCES organisation,
    to_school    uuid NOT NULL REFERENCES organisation,
    opened_at    timestamptz NOT NULL,
    due_on       date NOT NULL,               -- the last day on which it is in time
    sent_at      timestamptz,
    sent_by      uuid,
    sent_how     text NOT NULL DEFAULT '',
    received_at  timestamptz,
    received_by  uuid,
    reminded_at  timestamptz,
    overdue_at   timestamptz,
    version      bigint NOT NULL DEFAULT 1,
    CHECK ((sent_at IS NULL) = (sent_by IS NULL)),
    CHECK ((received_at IS NULL) = (received_by IS NULL))
);
CREATE INDEX handover_open ON handover (due_on) WHERE received_at IS NULL;
CREATE INDEX handover_from ON handover (from_school, due_on, id) WHERE received_at IS NULL;
CREATE INDEX handover_to ON handover (to_school, due_on, id) WHERE received_at IS NULL;

-- A move writes two lines into the history: what the old school sees, and the new one.
DROP INDEX student_history_change;
CREATE UNIQUE INDEX student_history_change ON student_history (change_id, student_id, kind) WHERE change_id IS NOT NULL;
-- The file goes with the pupil: whoever has the record now reads all of its past.
CREATE POLICY app_follow ON student_history FOR SELECT TO xueji_app USING (EXISTS (
    SELECT 1 FROM student s WHERE s.id = student_history.student_id));

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['change_value', 'departure', 'handover'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['change_value', 'handover'] LOOP
        EXECUTE format('CREATE POLICY app_party ON %I FOR SELECT TO xueji_app USING (EXISTS (
            SELECT 1 FROM change_party p WHERE p.change_id = %I.change_id AND p.org_path <@ (SELECT scope())))', t, t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_file ON change_value FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id));
CREATE POLICY app_scope ON departure FOR SELECT TO xueji_app USING (org_path <@ (SELECT scope()));
CREATE POLICY app_say ON handover FOR UPDATE TO xueji_app USING (EXISTS (
    SELECT 1 FROM change_party p WHERE p.change_id = handover.change_id AND p.org_path <@ (SELECT scope())));
GRANT SELECT, INSERT ON change_value TO xueji_app, xueji_worker;
GRANT SELECT ON departure, handover TO xueji_app;
GRANT UPDATE (sent_at, sent_by, sent_how, received_at, received_by, version) ON handover TO xueji_app;
GRANT SELECT, INSERT ON departure TO xueji_worker;
GRANT SELECT, INSERT, UPDATE ON handover TO xueji_worker;
GRANT INSERT ON slot TO xueji_worker;

-- change_sides tells the parties of a change to each of them. (A definer
-- function: a policy of change_party cannot ask change_party.)
-- +goose StatementBegin
CREATE FUNCTION change_sides(of_change uuid) RETURNS TABLE (side text, org_id uuid, org_path text, name text, code text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.side, o.id, o.path::text, o.name, o.code FROM change_party p JOIN organisation o ON o.id = p.org_id
    WHERE p.change_id = of_change AND EXISTS (
        SELECT 1 FROM change_party v WHERE v.change_id = of_change AND v.org_path <@ (SELECT scope()))
    ORDER BY p.side
$$;

-- student_to_receive finds a pupil of another office by name and number: what a
-- receiving school must know, for exactly one pupil it can already name. Each
-- number that is given must be the pupil's. Callers write the audit entry.
CREATE FUNCTION student_to_receive(a_name text, a_number_hash bytea, a_id_hash bytea)
RETURNS TABLE (id uuid, school_id uuid, stage text, entry_year int, enrol_status text, problems boolean, punished boolean, name text,
    id_type text, id_masked text, number_masked text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.school_id, s.stage, s.entry_year, s.enrol_status, s.problem_flags <> '{}',
        EXISTS (SELECT 1 FROM punishment p WHERE p.student_id = s.id AND p.cancelled_on IS NULL), s.name, s.id_type, s.id_masked, s.number_masked
    FROM student s
    WHERE s.name = a_name AND s.enrol_status <> 'DELETED' AND (a_number_hash IS NOT NULL OR a_id_hash IS NOT NULL)
        AND (a_number_hash IS NULL OR s.number_hash = a_number_hash) AND (a_id_hash IS NULL OR s.id_hash = a_id_hash)
$$;

-- student_of_redo is the same for the pupil of an ended change that an office in
-- scope had filed: it named the pupil before.
CREATE FUNCTION student_of_redo(ended uuid)
RETURNS TABLE (id uuid, school_id uuid, stage text, entry_year int, enrol_status text, problems boolean, punished boolean, name text,
    id_type text, id_masked text, number_masked text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.school_id, s.stage, s.entry_year, s.enrol_status, s.problem_flags <> '{}',
        EXISTS (SELECT 1 FROM punishment p WHERE p.student_id = s.id AND p.cancelled_on IS NULL), s.name, s.id_type, s.id_masked, s.number_masked
    FROM change c JOIN student s ON s.id = c.student_id
    WHERE c.id = ended AND c.status <> 'RUNNING' AND c.org_path <@ (SELECT scope()) AND s.enrol_status <> 'DELETED'
$$;

-- identity_taken says whether another record, or another change in hand, has a
-- document number.
CREATE FUNCTION identity_taken(own_student uuid, own_change uuid, a_hash bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM student s WHERE s.id_hash = a_hash AND s.enrol_status <> 'DELETED' AND s.id <> own_student)
        OR EXISTS (SELECT 1 FROM slot l WHERE l.key = 'identity/' || encode(a_hash, 'hex') AND l.change_id <> own_change)
$$;

-- slot_kind says which kind of change holds a slot: whether another school is
-- receiving the same pupil must be told to the one that wants to.
CREATE FUNCTION slot_kind(slot_key text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.kind FROM slot s JOIN change c ON c.id = s.change_id WHERE s.key = slot_key
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION change_sides(uuid), student_to_receive(text, bytea, bytea), student_of_redo(uuid), identity_taken(uuid, uuid, bytea), slot_kind(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION change_sides(uuid), student_to_receive(text, bytea, bytea), student_of_redo(uuid), identity_taken(uuid, uuid, bytea), slot_kind(text) TO xueji_app, xueji_worker;

-- +goose Down
DROP FUNCTION slot_kind(text), identity_taken(uuid, uuid, bytea), student_of_redo(uuid), student_to_receive(text, bytea, bytea), change_sides(uuid);
DROP POLICY app_follow ON student_history;
DROP INDEX student_history_change;
CREATE UNIQUE INDEX student_history_change ON student_history (change_id, student_id) WHERE change_id IS NOT NULL;
DROP TABLE handover, departure, change_value;
DROP INDEX change_event_silent, step_automatic;
ALTER TABLE step DROP COLUMN act, DROP COLUMN attempts, DROP COLUMN next_attempt_at;
ALTER TABLE change DROP COLUMN subject, DROP COLUMN found_by, DROP COLUMN out_policy_version;
