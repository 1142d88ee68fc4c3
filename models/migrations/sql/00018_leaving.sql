-- +goose Up
-- Extensions of suspensions (续休), what was told about their end, and the counts
-- that changes of the year group look at.
ALTER TABLE suspension
    ADD COLUMN extended     int NOT NULL DEFAULT 0,  -- each counts against the allowance
    ADD COLUMN extended_by  uuid,                    -- the change that set the present end, if an extension did
    ADD COLUMN reminded_30  timestamptz,
    ADD COLUMN reminded_15  timestamptz,
    ADD COLUMN expired_at   timestamptz;
CREATE INDEX suspension_ends ON suspension (until_date, id) WHERE ended_on IS NULL;
CREATE INDEX student_history_regrouped ON student_history (org_path, effective_on) WHERE kind IN ('RETENTION', 'SKIP');

-- +goose Down
DROP INDEX student_history_regrouped, suspension_ends;
ALTER TABLE suspension DROP COLUMN extended, DROP COLUMN extended_by, DROP COLUMN reminded_30, DROP COLUMN reminded_15, DROP COLUMN expired_at;
