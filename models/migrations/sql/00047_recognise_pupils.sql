-- +goose Up
-- Rows of a roster whose pupils have a record at the school already: PRESENT says
-- what the register says, DIFFERS says something else. Neither is taken nor an
-- error. Such a row names the record it was recognised by.
ALTER TABLE roster_row DROP CONSTRAINT roster_row_verdict_check;
ALTER TABLE roster_row ADD CONSTRAINT roster_row_verdict_check
    CHECK (verdict IN ('ACCEPT', 'REMARK', 'REJECT', 'SKIP', 'LEFT_OUT', 'PRESENT', 'DIFFERS'));
ALTER TABLE roster ADD COLUMN rows_present int NOT NULL DEFAULT 0, ADD COLUMN rows_differing int NOT NULL DEFAULT 0;
GRANT UPDATE (rows_present, rows_differing) ON roster TO xueji_app;

DROP POLICY app_insert ON roster_row;
CREATE POLICY app_insert ON roster_row FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope())
    AND (student_id IS NULL OR verdict IN ('PRESENT', 'DIFFERS')) AND verdict <> 'LEFT_OUT'
    AND EXISTS (SELECT 1 FROM roster r WHERE r.id = roster_id AND r.state = 'UPLOADED'));

-- +goose Down
DROP POLICY app_insert ON roster_row;
CREATE POLICY app_insert ON roster_row FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope())
    AND student_id IS NULL AND verdict <> 'LEFT_OUT'
    AND EXISTS (SELECT 1 FROM roster r WHERE r.id = roster_id AND r.state = 'UPLOADED'));
REVOKE UPDATE (rows_present, rows_differing) ON roster FROM xueji_app;
ALTER TABLE roster DROP COLUMN rows_differing, DROP COLUMN rows_present;
-- An older version knows these rows as copies: they are not taken.
UPDATE roster_row SET verdict = 'SKIP', student_id = NULL WHERE verdict IN ('PRESENT', 'DIFFERS');
ALTER TABLE roster_row DROP CONSTRAINT roster_row_verdict_check;
ALTER TABLE roster_row ADD CONSTRAINT roster_row_verdict_check
    CHECK (verdict IN ('ACCEPT', 'REMARK', 'REJECT', 'SKIP', 'LEFT_OUT'));
