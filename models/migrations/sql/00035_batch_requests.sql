-- +goose Up
-- A request that says many words under one Idempotency-Key (批量审批, 移交). Each word is
-- a slip with a key of its own; what no slip holds is kept here, so that the request
-- said again gives the same answer and does nothing further: that the key was used and
-- for what, which tasks a hand-over is about, and the items that were refused before
-- they became a slip. Like slips, rows stay: a key never becomes free again.
CREATE TABLE batch_request (
    account_id uuid NOT NULL,
    key        text NOT NULL,
    operation  text NOT NULL,
    body_hash  bytea NOT NULL,
    tasks      jsonb NOT NULL DEFAULT '[]', -- of a hand-over: what it is about, fixed at its first run
    remaining  bigint NOT NULL DEFAULT 0,   -- and how many were left for another request
    refused    bytea,                       -- by task, encrypted: a sentence may name a colleague
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, key)
);
ALTER TABLE batch_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE batch_request FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON batch_request TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY app_own ON batch_request TO xueji_app USING (account_id = acting_account()) WITH CHECK (account_id = acting_account());
GRANT SELECT, INSERT (account_id, key, operation, body_hash, tasks, remaining, created_at), UPDATE (refused) ON batch_request TO xueji_app;

-- +goose Down
DROP TABLE batch_request;
