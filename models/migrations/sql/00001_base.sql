-- +goose Up
-- The floor: scope, organisations, audit trail, outbox.
--
-- Three roles: the owner (whoever runs this) owns every table and nothing else
-- uses it; xueji_app is the API; xueji_worker is the worker's activities.
-- Grants say who may write what (architecture law 2): the application role
-- never updates an approval, it only inserts what a person handed in.

CREATE EXTENSION IF NOT EXISTS ltree;

GRANT USAGE ON SCHEMA public TO xueji_app, xueji_worker;

-- scope() is the data scope of the running transaction: the roots of the
-- subtrees the caller may see. It raises when unset, because the empty ltree
-- is an ancestor of everything and would open the whole register.
-- +goose StatementBegin
CREATE FUNCTION scope() RETURNS ltree[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    paths ltree[] := nullif(current_setting('xueji.scope', true), '')::ltree[];
BEGIN
    IF paths IS NULL OR array_length(paths, 1) IS NULL OR ''::ltree = ANY (paths) THEN
        RAISE EXCEPTION 'no data scope is set for this transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN paths;
END $$;
-- +goose StatementEnd

-- acting_account() is the account on whose behalf the transaction runs.
-- +goose StatementBegin
CREATE FUNCTION acting_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('xueji.account', true), '')::uuid $$;
-- +goose StatementEnd

-- refuse_rewrite() keeps append-only tables append-only for every role, the owner too.
-- +goose StatementBegin
CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd

-- One tree of organisations. A bureau's parent is its superior bureau; a
-- school's parent is its *managing* bureau (学籍主管部门). Where it lies is
-- division_code, which decides nothing. Labels of the path are opaque:
-- n, p52, c5201, d520102, s<school code>.
CREATE TABLE organisation (
    id            uuid PRIMARY KEY,
    parent_id     uuid REFERENCES organisation,
    path          ltree NOT NULL UNIQUE,
    kind          text NOT NULL CHECK (kind IN ('NATION', 'PROVINCE', 'CITY', 'COUNTY', 'SCHOOL')),
    code          text NOT NULL,
    name          text NOT NULL CHECK (name <> ''),
    division_code text NOT NULL,
    province_code text NOT NULL,
    stages        text[] NOT NULL DEFAULT '{}',
    closed_at     timestamptz,
    version       bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL,
    UNIQUE (kind, code),
    CHECK ((parent_id IS NULL) = (kind = 'NATION')),
    CHECK ((kind = 'SCHOOL') = (cardinality(stages) > 0))
);
CREATE INDEX organisation_parent ON organisation (parent_id, code);
CREATE INDEX organisation_path ON organisation USING gist (path);
CREATE INDEX organisation_name ON organisation (name text_pattern_ops);
ALTER TABLE organisation ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisation FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON organisation TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON organisation TO xueji_worker USING (true) WITH CHECK (true);
-- The directory of offices is public to everyone who can log in (P3, P7); changing it is not.
CREATE POLICY app_read ON organisation FOR SELECT TO xueji_app USING (true);
CREATE POLICY app_insert ON organisation FOR INSERT TO xueji_app WITH CHECK (path <@ (SELECT scope()));
CREATE POLICY app_update ON organisation FOR UPDATE TO xueji_app
    USING (path <@ (SELECT scope())) WITH CHECK (path <@ (SELECT scope()));
GRANT SELECT, INSERT, UPDATE ON organisation TO xueji_app;
GRANT SELECT ON organisation TO xueji_worker;

-- The audit trail: who did what to what, never with personal data in it.
-- Entries are written by everybody and chained afterwards by one sealer per
-- partition (province and month), so that writers never wait for each other.
CREATE TABLE audit_entry (
    id           uuid PRIMARY KEY,
    partition    text NOT NULL,               -- "520000/2026-11"
    at           timestamptz NOT NULL,
    account_id   uuid,
    office_path  ltree,
    action       text NOT NULL,
    subject_kind text NOT NULL,
    subject_id   text NOT NULL,
    detail       jsonb NOT NULL DEFAULT '{}',
    request_id   text NOT NULL DEFAULT ''
);
CREATE INDEX audit_entry_subject ON audit_entry (subject_kind, subject_id, at);
CREATE INDEX audit_entry_partition ON audit_entry (partition, at, id);
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry EXECUTE FUNCTION refuse_rewrite();

CREATE TABLE audit_seal (
    partition  text NOT NULL,
    seq        bigint NOT NULL,
    entry_id   uuid NOT NULL UNIQUE REFERENCES audit_entry,
    entry_hash bytea NOT NULL,
    hash       bytea NOT NULL,                -- SHA-256(previous hash ‖ entry hash)
    PRIMARY KEY (partition, seq)
);
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER audit_seal_no_truncate BEFORE TRUNCATE ON audit_seal EXECUTE FUNCTION refuse_rewrite();

ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON audit_entry TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON audit_entry TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_insert ON audit_entry FOR INSERT TO xueji_app WITH CHECK (true);
CREATE POLICY app_read ON audit_entry FOR SELECT TO xueji_app USING (office_path <@ (SELECT scope()));
GRANT SELECT, INSERT ON audit_entry TO xueji_app, xueji_worker;
GRANT SELECT, INSERT ON audit_seal TO xueji_worker;

-- The outbox: what must reach Temporal, written in the transaction that made
-- it true. A row is done when the workflow itself has read its position, not
-- when somebody tried to start it.
CREATE TABLE outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    change_id  uuid NOT NULL,
    topic      text NOT NULL CHECK (topic IN ('START')),
    created_at timestamptz NOT NULL,
    sent_at    timestamptz,
    attempts   int NOT NULL DEFAULT 0
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_change ON outbox (change_id);
GRANT INSERT ON outbox TO xueji_app;
GRANT SELECT, UPDATE ON outbox TO xueji_worker;

-- Policy of a province in versions; the built-in default has none here.
CREATE TABLE policy (
    province_code text NOT NULL,
    version       int NOT NULL,
    valid_from    date NOT NULL,
    body          jsonb NOT NULL,
    author_id     uuid,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (province_code, version)
);
CREATE TRIGGER policy_append_only BEFORE UPDATE OR DELETE ON policy FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
GRANT SELECT ON policy TO xueji_app, xueji_worker;

-- +goose Down
DROP TABLE policy, outbox, audit_seal, audit_entry, organisation;
DROP FUNCTION refuse_rewrite(), acting_account(), scope();
