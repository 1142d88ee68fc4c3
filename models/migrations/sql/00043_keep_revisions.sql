-- +goose Up
-- What changed in a case after it was filed: with each resubmission, and with what a
-- step filled in. Reviewers see what is new since they last looked.
CREATE TABLE change_revision (
    id         uuid PRIMARY KEY,
    change_id  uuid NOT NULL REFERENCES change,
    slip_id    uuid NOT NULL UNIQUE REFERENCES slip,
    round      int NOT NULL,
    step_no    int NOT NULL,                 -- 0: the applicant
    at         timestamptz NOT NULL,
    account_id uuid NOT NULL,
    office_id  uuid NOT NULL REFERENCES organisation,
    before     jsonb NOT NULL,               -- what differs only: inputs, values (masked), papers
    after      jsonb NOT NULL
);
CREATE INDEX change_revision_change ON change_revision (change_id, at, id);
CREATE TRIGGER change_revision_append_only BEFORE UPDATE OR DELETE ON change_revision FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
ALTER TABLE change_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE change_revision FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON change_revision TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON change_revision TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_party ON change_revision FOR SELECT TO xueji_app USING (EXISTS (
    SELECT 1 FROM change_party p WHERE p.change_id = change_revision.change_id AND p.org_path <@ (SELECT scope())));
GRANT SELECT ON change_revision TO xueji_app;
GRANT SELECT, INSERT ON change_revision TO xueji_worker;

-- The round in which the applicant took a paper out, or replaced it; NULL: it stands.
-- A paper that was taken out stays readable: somebody may have decided on it.
ALTER TABLE change_evidence ADD COLUMN out_round int CHECK (out_round > round OR out_round IS NULL);
CREATE TRIGGER change_evidence_out_once BEFORE UPDATE ON change_evidence FOR EACH ROW
    WHEN (OLD.out_round IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();
GRANT UPDATE (out_round) ON change_evidence TO xueji_worker;

-- +goose Down
DROP TRIGGER change_evidence_out_once ON change_evidence;
REVOKE UPDATE (out_round) ON change_evidence FROM xueji_worker;
ALTER TABLE change_evidence DROP COLUMN out_round;
DROP TABLE change_revision;
