-- +goose Up
-- A suspension that never should have been (异动纠错) neither counts against the
-- allowance nor is it shown; the row stays.
ALTER TABLE suspension ADD COLUMN struck_at timestamptz;
UPDATE suspension p SET struck_at = c.struck_at FROM change c WHERE c.id = p.change_id AND c.struck_at IS NOT NULL;

-- +goose Down
ALTER TABLE suspension DROP COLUMN struck_at;
