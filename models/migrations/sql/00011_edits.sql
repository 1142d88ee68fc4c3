-- +goose Up
-- Plain edits of a record (学生信息维护) and punishments (处分): what a person
-- hands in and what takes effect at once, so the application role writes it.
--
-- The grants name the columns one by one: key data, numbers, facets, class and
-- school of a record stay out of the application's reach whatever it asks for.

GRANT UPDATE (entry_ym, entry_mode, study_mode, ethnicity, nationality, household_type, household_division, birth_division,
    left_behind, migrant_child, orphan, boarding_subsidy, disability, details, version, updated_at) ON student TO xueji_app;
-- Who left the register is edited no more.
CREATE POLICY app_edit ON student AS RESTRICTIVE FOR UPDATE TO xueji_app USING (in_register);

-- A family member may come new and is never taken away.
GRANT INSERT ON guardian TO xueji_app;
GRANT UPDATE (name, relation, relation_note, address, household_division, phone, is_guardian, id_type, id_cipher, id_hash, id_masked,
    ethnicity, employer, job) ON guardian TO xueji_app;
CREATE POLICY app_family ON guardian AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK (EXISTS (
    SELECT 1 FROM student s WHERE s.id = guardian.student_id AND s.org_path = guardian.org_path AND s.in_register));

-- Why somebody edited a record; changes say it in their opinions.
ALTER TABLE student_history ADD COLUMN reason text NOT NULL DEFAULT '';
CREATE TRIGGER student_history_reason BEFORE UPDATE OF reason ON student_history FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
-- The application writes lines of its own kinds in its own name, and none of a change.
GRANT INSERT (id, student_id, org_path, kind, effective_on, recorded_at, account_id, reason, before, after) ON student_history TO xueji_app;
CREATE POLICY app_line ON student_history AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK (
    kind IN ('EDIT', 'PUNISHMENT') AND change_id IS NULL AND account_id IS NOT DISTINCT FROM acting_account() AND EXISTS (
        SELECT 1 FROM student s WHERE s.id = student_history.student_id AND s.org_path = student_history.org_path));

-- Punishments (JY/T 1002 JCXS0205). A cancelled one stays, with its cancellation.
CREATE TABLE punishment (
    id                 uuid PRIMARY KEY,
    student_id         uuid NOT NULL REFERENCES student,
    org_path           ltree NOT NULL,
    level              text NOT NULL CHECK (level IN ('1', '2', '3', '4', '6', '9')), -- domain 6.4.17
    decided_on         date NOT NULL,
    document_no        text NOT NULL CHECK (document_no <> ''),
    recorded_by        uuid NOT NULL,
    recorded_at        timestamptz NOT NULL,
    record_key         text NOT NULL,            -- the Idempotency-Key of whoever recorded it
    record_hash        bytea NOT NULL,
    cancelled_on       date,
    cancel_document_no text NOT NULL DEFAULT '',
    cancelled_by       uuid,
    cancelled_at       timestamptz,
    cancel_key         text NOT NULL DEFAULT '',
    cancel_hash        bytea,
    version            bigint NOT NULL DEFAULT 1,
    UNIQUE (recorded_by, record_key),
    CHECK (num_nonnulls(cancelled_on, cancelled_by, cancelled_at, cancel_hash) IN (0, 4)),
    CHECK (cancelled_on >= decided_on),
    CHECK ((cancelled_on IS NULL) = (cancel_document_no = ''))
);
CREATE INDEX punishment_student ON punishment (student_id, decided_on, id);
CREATE UNIQUE INDEX punishment_cancel ON punishment (cancelled_by, cancel_key) WHERE cancelled_by IS NOT NULL;
ALTER TABLE punishment ENABLE ROW LEVEL SECURITY;
ALTER TABLE punishment FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON punishment TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON punishment TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_scope ON punishment TO xueji_app USING (org_path <@ (SELECT scope())) WITH CHECK (org_path <@ (SELECT scope()));
-- Expulsion (6) has a process of its own.
CREATE POLICY app_record ON punishment AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK (
    level <> '6' AND cancelled_on IS NULL AND recorded_by IS NOT DISTINCT FROM acting_account() AND EXISTS (
        SELECT 1 FROM student s WHERE s.id = punishment.student_id AND s.org_path = punishment.org_path AND s.in_register));
CREATE POLICY app_cancel ON punishment AS RESTRICTIVE FOR UPDATE TO xueji_app
    USING (cancelled_on IS NULL) WITH CHECK (cancelled_by IS NOT DISTINCT FROM acting_account());
GRANT SELECT ON punishment TO xueji_app;
GRANT INSERT (id, student_id, org_path, level, decided_on, document_no, recorded_by, recorded_at, record_key, record_hash) ON punishment TO xueji_app;
GRANT UPDATE (cancelled_on, cancel_document_no, cancelled_by, cancelled_at, cancel_key, cancel_hash, version) ON punishment TO xueji_app;
-- A pupil who goes to another school takes them along.
GRANT SELECT, UPDATE (org_path) ON punishment TO xueji_worker;

-- +goose Down
DROP TABLE punishment;
DROP POLICY app_line ON student_history;
REVOKE INSERT (id, student_id, org_path, kind, effective_on, recorded_at, account_id, reason, before, after) ON student_history FROM xueji_app;
DROP TRIGGER student_history_reason ON student_history;
ALTER TABLE student_history DROP COLUMN reason;
DROP POLICY app_family ON guardian;
REVOKE INSERT, UPDATE (name, relation, relation_note, address, household_division, phone, is_guardian, id_type, id_cipher, id_hash, id_masked,
    ethnicity, employer, job) ON guardian FROM xueji_app;
DROP POLICY app_edit ON student;
REVOKE UPDATE (entry_ym, entry_mode, study_mode, ethnicity, nationality, household_type, household_division, birth_division,
    left_behind, migrant_child, orphan, boarding_subsidy, disability, details, version, updated_at) ON student FROM xueji_app;
