-- +goose Up
-- A province's administrator adds versions of its policy over the API: each with
-- its author, the reason and the key of the request. The table stays append-only,
-- and what stands in it stays valid.
ALTER TABLE policy
    ADD COLUMN comment  text NOT NULL DEFAULT '' CHECK (char_length(comment) <= 500),
    ADD COLUMN add_key  text,
    ADD COLUMN add_hash bytea,
    ADD CHECK ((add_key IS NULL) = (add_hash IS NULL)),
    ADD CHECK (add_key IS NULL OR (author_id IS NOT NULL AND comment <> ''));
CREATE UNIQUE INDEX policy_added ON policy (author_id, add_key);

-- Rules are no secret and a move between provinces needs those of both; a version is
-- written by somebody of that province's own office, in their own name.
ALTER TABLE policy ENABLE ROW LEVEL SECURITY;
ALTER TABLE policy FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON policy TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_read ON policy FOR SELECT TO xueji_worker USING (true);
CREATE POLICY app_read ON policy FOR SELECT TO xueji_app USING (true);
CREATE POLICY app_insert ON policy FOR INSERT TO xueji_app WITH CHECK (
    author_id = acting_account() AND add_key IS NOT NULL
    AND EXISTS (SELECT 1 FROM organisation o WHERE o.kind = 'PROVINCE' AND o.code = policy.province_code AND o.closed_at IS NULL AND o.path = ANY (scope()))
    AND EXISTS (SELECT 1 FROM account a JOIN organisation o ON o.id = a.org_id WHERE a.id = author_id AND o.kind = 'PROVINCE' AND o.code = policy.province_code
        AND 'BUREAU_SYSADMIN' = ANY (a.roles)));
GRANT INSERT (province_code, version, valid_from, body, author_id, created_at, comment, add_key, add_hash) ON policy TO xueji_app;

-- policy_author names who added a version, to people of the same province only.
-- +goose StatementBegin
CREATE FUNCTION policy_author(of_province text, of_version int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.name FROM policy p JOIN account a ON a.id = p.author_id
    WHERE p.province_code = of_province AND p.version = of_version
        AND EXISTS (SELECT 1 FROM account me JOIN organisation o ON o.id = me.org_id WHERE me.id = acting_account() AND o.province_code = of_province)
$$;
-- policy_use counts the running changes of a province by the version they keep. It
-- tells numbers only, and only to the province's own office.
CREATE FUNCTION policy_use(of_province text) RETURNS TABLE (kind text, version int, definition_version text, changes bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.kind, c.policy_version, c.definition_version, count(*) FROM change c
    WHERE c.province_code = of_province AND c.status = 'RUNNING'
        AND EXISTS (SELECT 1 FROM account me JOIN organisation o ON o.id = me.org_id
            WHERE me.id = acting_account() AND o.kind = 'PROVINCE' AND o.code = of_province)
    GROUP BY 1, 2, 3 ORDER BY 2, 1, 3
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION policy_author(text, int), policy_use(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION policy_author(text, int), policy_use(text) TO xueji_app;

-- +goose Down
DROP FUNCTION policy_use(text);
DROP FUNCTION policy_author(text, int);
REVOKE INSERT (province_code, version, valid_from, body, author_id, created_at, comment, add_key, add_hash) ON policy FROM xueji_app;
DROP POLICY app_insert ON policy;
DROP POLICY app_read ON policy;
DROP POLICY worker_read ON policy;
DROP POLICY owner_all ON policy;
ALTER TABLE policy NO FORCE ROW LEVEL SECURITY;
ALTER TABLE policy DISABLE ROW LEVEL SECURITY;
DROP INDEX policy_added;
ALTER TABLE policy DROP COLUMN add_hash, DROP COLUMN add_key, DROP COLUMN comment;
