-- +goose NO TRANSACTION
-- +goose Up
-- The order of the lists, as indexes: the newest changes of all, of a kind, of an office and
-- of the states in which few changes end; open tasks of an office and of all, by due time;
-- the newest entries of the audit trail; paper files by due day. The tables grow, so the
-- indexes are built while people work. What a broken-off attempt left half built is dropped
-- first, so that the migration may run again.
DROP INDEX CONCURRENTLY IF EXISTS change_newest;
CREATE INDEX CONCURRENTLY change_newest ON change (filed_at DESC, id DESC);
DROP INDEX CONCURRENTLY IF EXISTS change_newest_kind;
CREATE INDEX CONCURRENTLY change_newest_kind ON change (kind, filed_at DESC, id DESC);
DROP INDEX CONCURRENTLY IF EXISTS change_newest_office;
CREATE INDEX CONCURRENTLY change_newest_office ON change (org_id, filed_at DESC, id DESC);
DROP INDEX CONCURRENTLY IF EXISTS change_newest_state;
CREATE INDEX CONCURRENTLY change_newest_state ON change (status, filed_at DESC, id DESC) WHERE status IN ('REFUSED', 'WITHDRAWN', 'CLOSED');
DROP INDEX CONCURRENTLY IF EXISTS task_due;
CREATE INDEX CONCURRENTLY task_due ON task (due_at, id) WHERE status = 'OPEN';
DROP INDEX CONCURRENTLY IF EXISTS task_office;
CREATE INDEX CONCURRENTLY task_office ON task (office_id, due_at, id) WHERE status = 'OPEN';
DROP INDEX CONCURRENTLY IF EXISTS audit_entry_newest;
CREATE INDEX CONCURRENTLY audit_entry_newest ON audit_entry (at DESC, id DESC);
DROP INDEX CONCURRENTLY IF EXISTS handover_due;
CREATE INDEX CONCURRENTLY handover_due ON handover (due_on, id) WHERE received_at IS NULL;
-- Nothing reads by these any more: the two of tasks above serve what they served.
DROP INDEX CONCURRENTLY IF EXISTS task_inbox;
DROP INDEX CONCURRENTLY IF EXISTS task_office_path;
DROP INDEX CONCURRENTLY IF EXISTS handover_open;

-- +goose Down
CREATE INDEX CONCURRENTLY handover_open ON handover (due_on) WHERE received_at IS NULL;
CREATE INDEX CONCURRENTLY task_office_path ON task USING gist (office_path) WHERE status = 'OPEN';
CREATE INDEX CONCURRENTLY task_inbox ON task (office_id, role, due_at, id) WHERE status = 'OPEN';
DROP INDEX CONCURRENTLY handover_due;
DROP INDEX CONCURRENTLY audit_entry_newest;
DROP INDEX CONCURRENTLY task_office;
DROP INDEX CONCURRENTLY task_due;
DROP INDEX CONCURRENTLY change_newest_state;
DROP INDEX CONCURRENTLY change_newest_office;
DROP INDEX CONCURRENTLY change_newest_kind;
DROP INDEX CONCURRENTLY change_newest;
