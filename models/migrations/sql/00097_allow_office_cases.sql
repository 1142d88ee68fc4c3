-- +goose Up
-- Changes about a school itself, without a pupil: its enrolment plan, its schooling
-- length, its merger (招生计划数变更 KT24, P12, P13).
ALTER TABLE change DROP CONSTRAINT change_nobody;
ALTER TABLE change ADD CONSTRAINT change_nobody CHECK (student_id IS NOT NULL OR roster_id IS NOT NULL
    OR kind = 'NEW_RECORD_IMMIGRANT' AND status <> 'EFFECTIVE' OR definition ->> 'subject' IN ('LIST', 'OFFICE'));

-- +goose Down
ALTER TABLE change DROP CONSTRAINT change_nobody;
ALTER TABLE change ADD CONSTRAINT change_nobody CHECK (student_id IS NOT NULL OR roster_id IS NOT NULL
    OR kind = 'NEW_RECORD_IMMIGRANT' AND status <> 'EFFECTIVE' OR definition ->> 'subject' = 'LIST') NOT VALID;
