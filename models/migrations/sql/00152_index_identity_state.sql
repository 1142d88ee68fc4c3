-- +goose NO TRANSACTION
-- +goose Up
-- The records whose identity the population database has not confirmed: few of all.
DROP INDEX CONCURRENTLY IF EXISTS student_unproven;
CREATE INDEX CONCURRENTLY student_unproven ON student (id) WHERE identity_state NOT IN ('MATCH', 'NOT_APPLICABLE');

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS student_unproven;
