-- +goose Up
-- Who has read which notice, and the seam for SMS and chat: signed webhooks.

CREATE TABLE notice_read (
    notice_id  uuid NOT NULL REFERENCES notice,
    account_id uuid NOT NULL,
    read_at    timestamptz NOT NULL,
    PRIMARY KEY (notice_id, account_id)
);
CREATE INDEX notice_account ON notice (account_id, created_at DESC, id DESC) WHERE account_id IS NOT NULL;
-- A notice may be about no change at all: a proxy, a webhook that was switched off.
ALTER TABLE notice ALTER COLUMN change_id DROP NOT NULL;

-- A gateway that is told of the notices of a bureau and of every office below it.
CREATE TABLE webhook_endpoint (
    id              uuid PRIMARY KEY,
    org_id          uuid NOT NULL REFERENCES organisation,
    org_path        ltree NOT NULL,
    url             text NOT NULL,
    kinds           text[] NOT NULL DEFAULT '{}',  -- empty: every kind
    outside_hours   text NOT NULL DEFAULT 'URGENT' CHECK (outside_hours IN ('SEND', 'URGENT', 'WAIT')),
    created_by      uuid NOT NULL,
    created_at      timestamptz NOT NULL,
    disabled_at     timestamptz,
    disabled_reason text NOT NULL DEFAULT '' CHECK (disabled_reason IN ('', 'BY_HAND', 'FAILING', 'GONE')),
    failing_since   timestamptz,                   -- of the attempts since the last success
    failures        int NOT NULL DEFAULT 0,
    version         bigint NOT NULL DEFAULT 1,
    CHECK ((disabled_at IS NULL) = (disabled_reason = ''))
);
CREATE INDEX webhook_endpoint_path ON webhook_endpoint USING gist (org_path);

-- The secrets an endpoint's messages are signed with, sealed by the keyring. The
-- application role writes them and cannot read them back. After a rotation two are
-- valid for a day.
CREATE TABLE webhook_secret (
    id          uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
    cipher      bytea NOT NULL,
    until_at    timestamptz                        -- NULL: the present one
);
CREATE UNIQUE INDEX webhook_secret_present ON webhook_secret (endpoint_id) WHERE until_at IS NULL;

-- One message to one endpoint; it is written with its notice and nowhere else. A
-- message without a notice is a test. What is sent is composed when it is sent.
CREATE TABLE webhook_delivery (
    id              uuid PRIMARY KEY,
    endpoint_id     uuid NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
    notice_id       uuid REFERENCES notice,
    created_at      timestamptz NOT NULL,
    attempts        int NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    last_attempt_at timestamptz,
    last_status     int NOT NULL DEFAULT 0,
    last_error      text NOT NULL DEFAULT '',
    delivered_at    timestamptz,
    dead_at         timestamptz,
    UNIQUE (endpoint_id, notice_id),
    CHECK ((next_attempt_at IS NULL) = (delivered_at IS NOT NULL OR dead_at IS NOT NULL)),
    CHECK (delivered_at IS NULL OR dead_at IS NULL)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhook_delivery_list ON webhook_delivery (endpoint_id, created_at DESC, id DESC);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['notice_read', 'webhook_endpoint', 'webhook_secret', 'webhook_delivery'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['webhook_secret', 'webhook_delivery'] LOOP
        EXECUTE format('CREATE POLICY app_scope ON %I TO xueji_app USING (EXISTS (
            SELECT 1 FROM webhook_endpoint e WHERE e.id = %I.endpoint_id)) WITH CHECK (EXISTS (
            SELECT 1 FROM webhook_endpoint e WHERE e.id = %I.endpoint_id))', t, t, t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_own ON notice_read TO xueji_app USING (account_id = acting_account())
    WITH CHECK (account_id = acting_account() AND EXISTS (SELECT 1 FROM notice n WHERE n.id = notice_id));
CREATE POLICY app_scope ON webhook_endpoint TO xueji_app USING (org_path <@ (SELECT scope())) WITH CHECK (org_path <@ (SELECT scope()));

GRANT SELECT, INSERT ON notice_read TO xueji_app;
GRANT SELECT, INSERT, DELETE ON webhook_endpoint TO xueji_app;
GRANT UPDATE (url, kinds, outside_hours, disabled_at, disabled_reason, failing_since, failures, version) ON webhook_endpoint TO xueji_app;
GRANT SELECT (id, endpoint_id, until_at), INSERT, UPDATE (until_at) ON webhook_secret TO xueji_app;
GRANT SELECT ON webhook_delivery TO xueji_app;
GRANT INSERT (id, endpoint_id, created_at, next_attempt_at) ON webhook_delivery TO xueji_app; -- a test: no notice
GRANT UPDATE (attempts, next_attempt_at, delivered_at, dead_at) ON webhook_delivery TO xueji_app; -- once more
GRANT SELECT, UPDATE ON webhook_endpoint, webhook_delivery TO xueji_worker;
GRANT SELECT ON webhook_secret, notice_read TO xueji_worker;
GRANT DELETE ON webhook_delivery, webhook_secret TO xueji_worker;

-- Every notice is queued for the endpoints it concerns, by whatever statement it was
-- written, in the same transaction. Where there is no endpoint nothing is written.
-- +goose StatementBegin
CREATE FUNCTION queue_webhooks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO webhook_delivery (id, endpoint_id, notice_id, created_at, next_attempt_at)
    SELECT gen_random_uuid(), e.id, n.id, n.created_at, n.created_at
    FROM added n JOIN webhook_endpoint e ON n.org_path <@ e.org_path
    WHERE e.disabled_at IS NULL AND (e.kinds = '{}' OR n.kind = ANY (e.kinds));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER notice_webhooks AFTER INSERT ON notice REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION queue_webhooks();

-- +goose Down
DROP TRIGGER notice_webhooks ON notice;
DROP FUNCTION queue_webhooks();
DROP TABLE webhook_delivery, webhook_secret, webhook_endpoint, notice_read;
DROP INDEX notice_account;
DELETE FROM notice WHERE change_id IS NULL;
ALTER TABLE notice ALTER COLUMN change_id SET NOT NULL;
