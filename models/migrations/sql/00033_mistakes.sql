-- +goose Up
-- A suspension that never should have been (异动纠错) neither counts against the
-- allowance nor is it shown; the row stays.
ALTER TABLE suspension ADD COLUMN struck_at timestamptz;
UPDATE suspension p SET struck_at = c.struck_at FROM change c WHERE c.id = p.change_id AND c.struck_at IS NOT NULL;

-- A school hears of what the bureau files for its pupil in its stead.
ALTER TABLE change_party DROP CONSTRAINT change_party_side_check;
ALTER TABLE change_party ADD CONSTRAINT change_party_side_check CHECK (side IN ('FILER', 'IN', 'OUT', 'SCHOOL'));

-- +goose Down
ALTER TABLE change_party DROP CONSTRAINT change_party_side_check;
ALTER TABLE change_party ADD CONSTRAINT change_party_side_check CHECK (side IN ('FILER', 'IN', 'OUT')) NOT VALID;
ALTER TABLE suspension DROP COLUMN struck_at;
