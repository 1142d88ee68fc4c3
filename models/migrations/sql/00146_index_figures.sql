-- +goose NO TRANSACTION
-- +goose Up
-- The figures of an office read these indexes and no record: pupils by school, changes in
-- force by the office that filed, finished steps by the office that decided.
DROP INDEX CONCURRENTLY IF EXISTS student_counted;
CREATE INDEX CONCURRENTLY student_counted ON student (school_id, stage, entry_year) INCLUDE (sex, enrol_status, in_register, class_id, org_path);
DROP INDEX CONCURRENTLY IF EXISTS change_in_force;
CREATE INDEX CONCURRENTLY change_in_force ON change (org_id, effective_on) INCLUDE (kind, struck_at, org_path, id) WHERE status = 'EFFECTIVE';
DROP INDEX CONCURRENTLY IF EXISTS step_done;
CREATE INDEX CONCURRENTLY step_done ON step (office_id, closed_at) INCLUDE (role, opened_at, due_at) WHERE status = 'DONE' AND act = '';

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS step_done;
DROP INDEX CONCURRENTLY IF EXISTS change_in_force;
DROP INDEX CONCURRENTLY IF EXISTS student_counted;
