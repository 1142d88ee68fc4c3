-- +goose Up
-- A resubmission may be refused for several reasons at once. Code and params hold
-- the first of them; here stand all, each with the place of the value it is about:
-- [{"code": "class_full", "field": "/inputs/class_id", "params": {"capacity": "55"}}].
ALTER TABLE slip ADD COLUMN outcome_problems jsonb NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE slip DROP COLUMN outcome_problems;
