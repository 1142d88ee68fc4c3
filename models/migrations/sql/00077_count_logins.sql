-- +goose Up
-- Wrong passwords count per login and network: a stranger who types wrong passwords
-- locks the stranger's own network out, and not the person. A login that no account
-- has is counted in the same way, so that a lock does not tell that a login exists.
--
-- A network is an IPv4 address or the first half of an IPv6 address. The row with the
-- empty network counts the failures of one login from all networks the person has not
-- come in from: its lock holds for those networks only.
CREATE TABLE login_attempt (
    login_hash   bytea NOT NULL,             -- SHA-256 of the login: people type passwords there, too
    network      text NOT NULL,
    failures     int NOT NULL DEFAULT 0,
    failed_at    timestamptz,
    locked_until timestamptz,
    came_in_at   timestamptz,                -- the last right password from this network
    PRIMARY KEY (login_hash, network)
);
CREATE INDEX login_attempt_old ON login_attempt (greatest(failed_at, came_in_at));
ALTER TABLE login_attempt ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_attempt FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON login_attempt TO CURRENT_USER USING (true) WITH CHECK (true);

DROP FUNCTION login_begin(uuid), login_failure(uuid, int, timestamptz), login_success(uuid, uuid, bytea, timestamptz, timestamptz),
    session_principal(bytea, timestamptz, interval);
ALTER TABLE account DROP COLUMN failures, DROP COLUMN locked_until;

-- +goose StatementBegin
-- policy_number gives a number of the policy that is in force in a province on a day,
-- null where the province keeps the built-in one.
CREATE FUNCTION policy_number(of_province text, of_key text, on_day date) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT (SELECT (p.body ->> of_key)::int FROM policy p WHERE p.province_code = of_province AND p.valid_from <= on_day
        ORDER BY p.valid_from DESC, p.version DESC LIMIT 1)
$$;

CREATE FUNCTION login_hash(of_login text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(convert_to(of_login, 'UTF8'))
$$;

-- login_begin holds login and network until the transaction ends, so that attempts at
-- one account are looked at one after the other and what each counts is seen by the
-- next. It counts nothing: only login_failure does, once the password was looked at.
-- A login without an account is bound by the rules of a province that its letters and
-- the register choose, so that the rules do not tell that there is no account.
CREATE FUNCTION login_begin(a_login text, a_network text, a_now timestamptz, a_day date, a_known interval)
RETURNS TABLE (password_hash text, last_used_at timestamptz, sealed_at timestamptz, closed_at timestamptz,
    locked_until timestamptz, lock_after int, lock_minutes int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    a account%ROWTYPE;
    here login_attempt%ROWTYPE;
    elsewhere timestamptz;
    province text;
BEGIN
    SELECT * INTO a FROM account WHERE account.login = a_login FOR NO KEY UPDATE;
    INSERT INTO login_attempt (login_hash, network) VALUES (login_hash(a_login), a_network)
        ON CONFLICT (login_hash, network) DO UPDATE SET network = EXCLUDED.network RETURNING * INTO here;
    IF here.came_in_at IS NULL OR here.came_in_at < a_now - a_known THEN
        SELECT l.locked_until INTO elsewhere FROM login_attempt l WHERE l.login_hash = here.login_hash AND l.network = '';
    END IF;
    SELECT o.province_code INTO province FROM organisation o WHERE o.id = a.org_id;
    IF a.id IS NULL THEN
        SELECT o.province_code INTO province FROM organisation o WHERE o.kind = 'PROVINCE' AND o.closed_at IS NULL
        ORDER BY sha256(here.login_hash || convert_to(o.id::text, 'UTF8')) LIMIT 1;
    END IF;
    RETURN QUERY SELECT a.password_hash, a.last_used_at, a.sealed_at, a.closed_at, greatest(here.locked_until, elsewhere),
        policy_number(province, 'lock_after', a_day), policy_number(province, 'lock_minutes', a_day);
END $$;

-- login_failure counts a wrong password; the one that reaches the limit locks. Whoever
-- calls it has seen that no lock is in force, so a lock that is still written here has
-- run out, and its failures with it. Failures of an earlier day are forgotten.
CREATE FUNCTION login_failure(a_login text, a_network text, a_now timestamptz, a_known interval, a_limit int, a_limit_elsewhere int, a_locked_until timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO login_attempt AS l (login_hash, network, failures, failed_at, locked_until)
    SELECT login_hash(a_login), n.network, 1, a_now, CASE WHEN n.most <= 1 THEN a_locked_until END
    FROM (VALUES (a_network, a_limit), ('', a_limit_elsewhere)) n (network, most)
    WHERE n.network <> '' OR NOT EXISTS (SELECT 1 FROM login_attempt k
        WHERE k.login_hash = login_hash(a_login) AND k.network = a_network AND k.came_in_at >= a_now - a_known)
    ON CONFLICT (login_hash, network) DO UPDATE SET failed_at = a_now,
        failures = CASE WHEN l.locked_until IS NULL AND l.failed_at > a_now - interval '1 day' THEN l.failures ELSE 0 END + 1,
        locked_until = CASE WHEN CASE WHEN l.locked_until IS NULL AND l.failed_at > a_now - interval '1 day' THEN l.failures ELSE 0 END + 1
            >= CASE WHEN l.network = '' THEN a_limit_elsewhere ELSE a_limit END THEN a_locked_until END
$$;

-- login_success opens the session of an account whose password was right.
CREATE FUNCTION login_success(a_account uuid, a_network text, a_session uuid, a_token_hash bytea, a_now timestamptz, a_expires timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE account SET last_used_at = a_now WHERE id = a_account;
    UPDATE login_attempt SET failures = 0, locked_until = NULL, came_in_at = a_now
    WHERE login_hash = (SELECT login_hash(login) FROM account WHERE id = a_account) AND network = a_network;
    INSERT INTO session (id, account_id, kind, token_hash, created_at, last_used_at, expires_at)
    VALUES (a_session, a_account, 'LOGIN', a_token_hash, a_now, a_now, a_expires);
$$;

CREATE OR REPLACE FUNCTION login_seal(a_account uuid, a_now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE account SET sealed_at = a_now, version = version + 1 WHERE id = a_account AND sealed_at IS NULL
$$;

-- login_locked_until says until when an account in scope is locked for some network,
-- null when it is locked for none.
CREATE FUNCTION login_locked_until(a_account uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT max(l.locked_until) FROM account a JOIN login_attempt l ON l.login_hash = login_hash(a.login)
    WHERE a.id = a_account AND (a.org_path <@ (SELECT scope()))
$$;

-- login_unlock ends the locks of an account in scope on every network.
CREATE FUNCTION login_unlock(a_account uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE login_attempt SET failures = 0, locked_until = NULL
    WHERE login_hash = (SELECT login_hash(a.login) FROM account a WHERE a.id = a_account AND a.org_path <@ (SELECT scope()))
$$;

-- login_sweep forgets attempts that count for nothing any more.
CREATE FUNCTION login_sweep(a_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM login_attempt WHERE greatest(failed_at, came_in_at) < a_before
$$;

-- session_principal says who calls with a token, and notes the use, at most
-- once a minute: a list that is polled must not write all the time.
CREATE FUNCTION session_principal(a_token_hash bytea, a_now timestamptz, a_idle interval, a_day date)
RETURNS TABLE (session_id uuid, kind text, account_id uuid, login text, name text, roles text[], password_set_at timestamptz, must_change boolean,
    password_days int, org_id uuid, org_path text, org_kind text, org_name text, province_code text)
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
        a.password_set_at, a.must_change, policy_number(o.province_code, 'password_days', a_day),
        o.id, o.path::text, o.kind, o.name, o.province_code
    FROM account a JOIN organisation o ON o.id = a.org_id
    WHERE a.id = s.account_id AND a.sealed_at IS NULL AND a.closed_at IS NULL AND o.closed_at IS NULL;
END $$;

DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['policy_number(text, text, date)', 'login_hash(text)', 'login_begin(text, text, timestamptz, date, interval)',
        'login_failure(text, text, timestamptz, interval, int, int, timestamptz)', 'login_success(uuid, text, uuid, bytea, timestamptz, timestamptz)',
        'login_locked_until(uuid)', 'login_unlock(uuid)', 'session_principal(bytea, timestamptz, interval, date)'] LOOP
        EXECUTE 'REVOKE ALL ON FUNCTION ' || f || ' FROM PUBLIC';
        EXECUTE 'GRANT EXECUTE ON FUNCTION ' || f || ' TO xueji_app';
    END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION login_sweep(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION login_sweep(timestamptz) TO xueji_worker;
REVOKE EXECUTE ON FUNCTION policy_number(text, text, date), login_hash(text) FROM xueji_app;

-- +goose Down
DROP FUNCTION session_principal(bytea, timestamptz, interval, date), login_sweep(timestamptz), login_unlock(uuid), login_locked_until(uuid),
    login_success(uuid, text, uuid, bytea, timestamptz, timestamptz), login_failure(text, text, timestamptz, interval, int, int, timestamptz),
    login_begin(text, text, timestamptz, date, interval), login_hash(text), policy_number(text, text, date);
DROP TABLE login_attempt;
ALTER TABLE account ADD COLUMN failures int NOT NULL DEFAULT 0, ADD COLUMN locked_until timestamptz;
GRANT SELECT (failures, locked_until), UPDATE (failures, locked_until) ON account TO xueji_app;
GRANT SELECT (failures, locked_until) ON account TO xueji_worker;
-- +goose StatementBegin
CREATE FUNCTION login_begin(a_account uuid)
RETURNS TABLE (password_hash text, locked_until timestamptz, last_used_at timestamptz, sealed_at timestamptz, closed_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.password_hash, a.locked_until, a.last_used_at, a.sealed_at, a.closed_at FROM account a WHERE a.id = a_account FOR NO KEY UPDATE
$$;
CREATE FUNCTION login_failure(a_account uuid, a_limit int, a_locked_until timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE account SET failures = f.counted, locked_until = CASE WHEN f.counted >= a_limit THEN a_locked_until END
    FROM (SELECT CASE WHEN locked_until IS NULL THEN failures ELSE 0 END + 1 AS counted FROM account WHERE id = a_account) f
    WHERE id = a_account
$$;
CREATE FUNCTION login_success(a_account uuid, a_session uuid, a_token_hash bytea, a_now timestamptz, a_expires timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE account SET failures = 0, locked_until = NULL, last_used_at = a_now WHERE id = a_account;
    INSERT INTO session (id, account_id, kind, token_hash, created_at, last_used_at, expires_at)
    VALUES (a_session, a_account, 'LOGIN', a_token_hash, a_now, a_now, a_expires);
$$;
CREATE OR REPLACE FUNCTION login_seal(a_account uuid, a_now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE account SET sealed_at = a_now, failures = 0, locked_until = NULL, version = version + 1
    WHERE id = a_account AND sealed_at IS NULL
$$;
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
DO $$
DECLARE f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['login_begin(uuid)', 'login_failure(uuid, int, timestamptz)',
        'login_success(uuid, uuid, bytea, timestamptz, timestamptz)', 'session_principal(bytea, timestamptz, interval)'] LOOP
        EXECUTE 'REVOKE ALL ON FUNCTION ' || f || ' FROM PUBLIC';
        EXECUTE 'GRANT EXECUTE ON FUNCTION ' || f || ' TO xueji_app';
    END LOOP;
END $$;
-- +goose StatementEnd
