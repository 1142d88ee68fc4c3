-- +goose Up
-- A task is decided once, and every page of a change, every shared step and many an
-- inbox look for the decision of a task.
CREATE UNIQUE INDEX decision_task ON decision (task_id);
-- Every look at a record reads its suspensions, the ended ones, too.
CREATE INDEX suspension_student ON suspension (student_id, from_date, id);
-- Whether another side may read a paper hangs on the changes it belongs to.
CREATE INDEX change_evidence_paper ON change_evidence (evidence_id);

-- +goose Down
DROP INDEX change_evidence_paper, suspension_student, decision_task;
