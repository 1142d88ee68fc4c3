-- +goose Up
-- A filing that its author has begun and not handed in (申请草稿). Only its author reads it. It
-- goes when it is filed, or when its author has left it alone for long.
CREATE TABLE filing_draft (
    account_id uuid NOT NULL REFERENCES account,
    id         uuid NOT NULL,          -- chosen by the page, so that a lost answer makes no second one
    org_id     uuid NOT NULL REFERENCES organisation, -- the office for which the author began it
    body       bytea NOT NULL,         -- sealed: it may name a pupil with numbers and reasons
    version    bigint NOT NULL CHECK (version > 0),
    begun_at   timestamptz NOT NULL,
    saved_at   timestamptz NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX filing_draft_saved ON filing_draft (saved_at);

ALTER TABLE filing_draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE filing_draft FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON filing_draft TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON filing_draft TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_own ON filing_draft TO xueji_app USING (account_id = acting_account())
    WITH CHECK (account_id = acting_account()
        AND EXISTS (SELECT 1 FROM organisation o WHERE o.id = org_id AND o.path <@ ANY ((SELECT scope())::ltree[])));
GRANT SELECT, INSERT, UPDATE (body, version, saved_at), DELETE ON filing_draft TO xueji_app;
GRANT SELECT (account_id, id, saved_at), DELETE ON filing_draft TO xueji_worker;

-- +goose Down
DROP TABLE filing_draft;
