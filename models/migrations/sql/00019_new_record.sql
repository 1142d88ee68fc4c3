-- +goose Up
-- A change may be about somebody who has no record yet (新建学籍, KT07): it names
-- neither a record nor a roster until it takes effect.
ALTER TABLE change DROP CONSTRAINT change_check;
ALTER TABLE change ADD CONSTRAINT change_subject CHECK (student_id IS NULL OR roster_id IS NULL);
ALTER TABLE change ADD CONSTRAINT change_nobody CHECK (student_id IS NOT NULL OR roster_id IS NOT NULL
    OR kind = 'NEW_RECORD_IMMIGRANT' AND status <> 'EFFECTIVE');

-- +goose Down
ALTER TABLE change DROP CONSTRAINT change_nobody, DROP CONSTRAINT change_subject;
ALTER TABLE change ADD CONSTRAINT change_check CHECK ((student_id IS NULL) <> (roster_id IS NULL)) NOT VALID;
