-- +goose Up
-- What time brings about stands once in the timeline for each due time, and no more once
-- for each step: new holidays, or another office, give an open step another deadline, and
-- that one can be missed, too. Lines of before name no due time.
DROP INDEX change_event_time;
CREATE UNIQUE INDEX change_event_time ON change_event (change_id, step_no, round, verb, coalesce(params ->> 'due', ''))
    WHERE verb IN ('REMINDED_50', 'REMINDED_80', 'OVERDUE', 'TOTAL_WARNED');

-- +goose Down
-- The program of before names no due time; lines that do stay.
DROP INDEX change_event_time;
CREATE UNIQUE INDEX change_event_time ON change_event (change_id, step_no, round, verb)
    WHERE verb IN ('REMINDED_50', 'REMINDED_80', 'OVERDUE', 'TOTAL_WARNED') AND NOT params ? 'due';
