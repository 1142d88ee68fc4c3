-- +goose Up
-- The check of a large roster is a job (批量任务) that a person hands in with the file: the
-- application writes its row and its parts in the transaction of the upload, and nothing
-- of them later. What the check finds is the worker's.
ALTER TABLE roster ADD COLUMN idempotency_key text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX roster_key ON roster (created_by, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX job_of_subject ON job (subject_id, kind, created_at DESC, id DESC);

CREATE POLICY app_insert ON job FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope())
    AND kind = 'ROSTER_CHECK' AND state = 'RUNNING' AND change_id IS NULL AND filed_by = acting_account()
    AND EXISTS (SELECT 1 FROM roster r WHERE r.id = subject_id AND r.school_id = job.org_id AND r.org_path = job.org_path AND r.state = 'UPLOADED'));
CREATE POLICY app_insert ON job_part FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope())
    AND EXISTS (SELECT 1 FROM job j WHERE j.id = job_id AND j.org_path = job_part.org_path AND j.kind = 'ROSTER_CHECK'
        AND j.filed_by = acting_account() AND j.reported_at IS NULL));

GRANT INSERT (idempotency_key) ON roster TO xueji_app;
GRANT INSERT (id, kind, org_id, org_path, province_code, subject_id, change_id, case_no, effective_on, filed_by, created_at) ON job TO xueji_app;
GRANT INSERT (job_id, no, org_path, first_no, last_no, rows) ON job_part TO xueji_app;
GRANT INSERT ON roster_row TO xueji_worker;
GRANT EXECUTE ON FUNCTION identities_registered(bytea[]) TO xueji_worker;

-- +goose Down
REVOKE EXECUTE ON FUNCTION identities_registered(bytea[]) FROM xueji_worker;
REVOKE INSERT ON roster_row FROM xueji_worker;
REVOKE INSERT ON job_part FROM xueji_app;
REVOKE INSERT ON job FROM xueji_app;
DROP POLICY app_insert ON job_part;
DROP POLICY app_insert ON job;
DROP INDEX job_of_subject;
DROP INDEX roster_key;
ALTER TABLE roster DROP COLUMN idempotency_key;
