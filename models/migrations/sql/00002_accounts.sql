-- +goose Up
-- Accounts, sessions and what must work before anybody is known.
--
-- The application role never reads a password hash or a token hash from a
-- table: the few functions at the end return the minimum, one account at a time.

CREATE TABLE account (
    id              uuid PRIMARY KEY,
    org_id          uuid NOT NULL REFERENCES organisation,
    org_path        ltree NOT NULL,
    login           text NOT NULL UNIQUE CHECK (login = lower(login)),
    name            text NOT NULL CHECK (name <> ''),
    roles           text[] NOT NULL CHECK (cardinality(roles) > 0),
    password_hash   text NOT NULL,                -- argon2id in PHC form
    password_set_at timestamptz NOT NULL,
    must_change     boolean NOT NULL,             -- first login or reset: a password somebody else knows
    failures        int NOT NULL DEFAULT 0,
    locked_until    timestamptz,
    last_used_at    timestamptz NOT NULL,         -- creation and unsealing count as use
    sealed_at       timestamptz,
    closed_at       timestamptz,
    created_at      timestamptz NOT NULL,
    created_by      uuid,
    version         bigint NOT NULL DEFAULT 1
);
CREATE INDEX account_org ON account (org_id, login);
CREATE INDEX account_path ON account USING gist (org_path);
CREATE INDEX account_idle ON account (last_used_at) WHERE sealed_at IS NULL AND closed_at IS NULL;

CREATE TABLE account_password (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order
    account_id    uuid NOT NULL REFERENCES account,
    set_at        timestamptz NOT NULL,
    password_hash text NOT NULL
);
CREATE INDEX account_password_account ON account_password (account_id, id DESC);

-- Sessions of persons and tokens of machines. Only the SHA-256 of the token is kept.
CREATE TABLE session (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account,
    kind         text NOT NULL CHECK (kind IN ('LOGIN', 'TOKEN')),
    name         text NOT NULL DEFAULT '',
    roles        text[] NOT NULL DEFAULT '{}',    -- of a token: what it may be at most
    token_hash   bytea NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    CHECK ((kind = 'TOKEN') = (cardinality(roles) > 0))
);
CREATE INDEX session_account ON session (account_id, created_at DESC);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['account', 'account_password', 'session'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['account_password', 'session'] LOOP
        EXECUTE format('CREATE POLICY app_account ON %I TO xueji_app USING (EXISTS (
            SELECT 1 FROM account a WHERE a.id = %I.account_id AND a.org_path <@ (SELECT scope()))) WITH CHECK (EXISTS (
            SELECT 1 FROM account a WHERE a.id = %I.account_id AND a.org_path <@ (SELECT scope())))', t, t, t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_scope ON account TO xueji_app USING (org_path <@ (SELECT scope())) WITH CHECK (org_path <@ (SELECT scope()));
GRANT SELECT (id, org_id, org_path, login, name, roles, password_set_at, must_change, failures, locked_until,
    last_used_at, sealed_at, closed_at, created_at, created_by, version) ON account TO xueji_app, xueji_worker;
GRANT INSERT ON account TO xueji_app;
GRANT UPDATE (name, roles, password_hash, password_set_at, must_change, failures, locked_until, last_used_at,
    sealed_at, closed_at, version) ON account TO xueji_app;
GRANT UPDATE (sealed_at, version) ON account TO xueji_worker;
GRANT INSERT ON account_password, session TO xueji_app;
GRANT SELECT (id, account_id, kind, name, roles, created_at, last_used_at, expires_at, revoked_at), UPDATE (revoked_at) ON session TO xueji_app, xueji_worker;

-- login_account gives the account of a login.
-- +goose StatementBegin
CREATE FUNCTION login_account(a_login text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM account WHERE login = a_login
$$;
-- +goose StatementEnd

-- login_begin holds the account until the transaction ends, so that attempts at
-- one account are looked at one after the other and what each counts is seen by
-- the next. It counts nothing: only login_failure does, once the password was
-- looked at. An attempt that breaks off, whatever breaks it off, leaves no trace.
-- +goose StatementBegin
CREATE FUNCTION login_begin(a_account uuid)
RETURNS TABLE (password_hash text, locked_until timestamptz, last_used_at timestamptz, sealed_at timestamptz, closed_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.password_hash, a.locked_until, a.last_used_at, a.sealed_at, a.closed_at FROM account a WHERE a.id = a_account FOR NO KEY UPDATE
$$;
-- +goose StatementEnd

-- login_failure counts a wrong password; the one that reaches the limit locks.
-- Whoever calls it holds the account and has seen that no lock is in force, so
-- a lock that is still written here has run out, and its failures with it.
-- +goose StatementBegin
CREATE FUNCTION login_failure(a_account uuid, a_limit int, a_locked_until timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE account SET failures = f.counted, locked_until = CASE WHEN f.counted >= a_limit THEN a_locked_until END
    FROM (SELECT CASE WHEN locked_until IS NULL THEN failures ELSE 0 END + 1 AS counted FROM account WHERE id = a_account) f
    WHERE id = a_account
$$;
-- +goose StatementEnd

-- login_success opens the session of an account whose password was right.
-- +goose StatementBegin
CREATE FUNCTION login_success(a_account uuid, a_session uuid, a_token_hash bytea, a_now timestamptz, a_expires timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE account SET failures = 0, locked_until = NULL, last_used_at = a_now WHERE id = a_account;
    INSERT INTO session (id, account_id, kind, token_hash, created_at, last_used_at, expires_at)
    VALUES (a_session, a_account, 'LOGIN', a_token_hash, a_now, a_now, a_expires);
$$;
-- +goose StatementEnd

-- login_seal seals an account that was found idle at its login.
-- +goose StatementBegin
CREATE FUNCTION login_seal(a_account uuid, a_now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE account SET sealed_at = a_now, failures = 0, locked_until = NULL, version = version + 1
    WHERE id = a_account AND sealed_at IS NULL
$$;
-- +goose StatementEnd

-- session_principal says who calls with a token, and notes the use, at most
-- once a minute: a list that is polled must not write all the time.
-- +goose StatementBegin
CREATE FUNCTION session_principal(a_token_hash bytea, a_now timestamptz, a_idle interval)
RETURNS TABLE (session_id uuid, kind text, account_id uuid, login text, name text, roles text[], password_set_at timestamptz, must_change boolean,
    org_id uuid, org_path text, org_kind text, org_name text, province_code text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    s session%ROWTYPE;
BEGIN
    SELECT * INTO s FROM session WHERE session.token_hash = a_token_hash
        AND session.revoked_at IS NULL AND session.expires_at > a_now
        AND (session.kind = 'TOKEN' OR session.last_used_at > a_now - a_idle);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF s.last_used_at < a_now - interval '1 minute' THEN
        UPDATE session SET last_used_at = a_now WHERE session.id = s.id AND session.last_used_at < a_now;
        UPDATE account SET last_used_at = a_now WHERE account.id = s.account_id AND account.last_used_at < a_now;
    END IF;
    RETURN QUERY SELECT s.id, s.kind, a.id, a.login, a.name,
        CASE WHEN s.kind = 'LOGIN' THEN a.roles ELSE ARRAY(SELECT unnest(s.roles) INTERSECT SELECT unnest(a.roles)) END,
        a.password_set_at, a.must_change, o.id, o.path::text, o.kind, o.name, o.province_code
    FROM account a JOIN organisation o ON o.id = a.org_id
    WHERE a.id = s.account_id AND a.sealed_at IS NULL AND a.closed_at IS NULL AND o.closed_at IS NULL;
END $$;
-- +goose StatementEnd

-- own_passwords gives the present and the last former hashes of the account
-- that acts, newest first: to check the old password and to refuse its reuse.
-- +goose StatementBegin
CREATE FUNCTION own_passwords(a_count int) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT password_hash FROM account_password WHERE account_id = acting_account() ORDER BY id DESC LIMIT a_count
$$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['login_account(text)', 'login_begin(uuid)', 'login_failure(uuid, int, timestamptz)',
        'login_success(uuid, uuid, bytea, timestamptz, timestamptz)',
        'login_seal(uuid, timestamptz)', 'session_principal(bytea, timestamptz, interval)', 'own_passwords(int)'] LOOP
        EXECUTE 'REVOKE ALL ON FUNCTION ' || f || ' FROM PUBLIC';
        EXECUTE 'GRANT EXECUTE ON FUNCTION ' || f || ' TO xueji_app';
    END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION own_passwords(int), session_principal(bytea, timestamptz, interval), login_seal(uuid, timestamptz),
    login_success(uuid, uuid, bytea, timestamptz, timestamptz), login_failure(uuid, int, timestamptz), login_begin(uuid), login_account(text);
DROP TABLE session, account_password, account;
