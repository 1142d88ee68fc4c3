-- +goose NO TRANSACTION
-- +goose Up
-- The upkeep walks through all open steps in the order of their deadlines and goes on where
-- it stopped. Thousands of steps are due at the same moment, the end of a day, so the index
-- holds the change too. The table grows, so the index is built while people work; what a
-- broken-off attempt left half built is dropped first.
DROP INDEX CONCURRENTLY IF EXISTS step_open_due;
CREATE INDEX CONCURRENTLY step_open_due ON step (due_at, change_id) WHERE status = 'OPEN';
DROP INDEX CONCURRENTLY IF EXISTS step_overdue;

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS step_overdue;
CREATE INDEX CONCURRENTLY step_overdue ON step (due_at) WHERE status = 'OPEN';
DROP INDEX CONCURRENTLY IF EXISTS step_open_due;
