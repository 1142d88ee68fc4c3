-- +goose Up
-- The State Council publishes the holidays of a year in the autumn before it. They are
-- data: each version is the whole of one year, and of a year the newest version counts.
-- What the program brings along is version 0.
CREATE TABLE workday_year (
    version    int PRIMARY KEY CHECK (version > 0),
    year       int NOT NULL CHECK (year BETWEEN 2004 AND 9998),
    days       jsonb NOT NULL CHECK (jsonb_typeof(days) = 'array' AND jsonb_array_length(days) BETWEEN 1 AND 366),
    author_id  uuid,                         -- empty: the command line
    created_at timestamptz NOT NULL,
    comment    text NOT NULL CHECK (char_length(comment) BETWEEN 2 AND 500),
    add_key    text,
    add_hash   bytea,
    CHECK ((add_key IS NULL) = (author_id IS NULL)),
    CHECK ((add_key IS NULL) = (add_hash IS NULL))
);
CREATE UNIQUE INDEX workday_year_added ON workday_year (author_id, add_key);
CREATE TRIGGER workday_year_append_only BEFORE UPDATE OR DELETE ON workday_year FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

-- Holidays are no secret. A version is written by an administrator of the national office
-- in their own name, or by an operator's command, which runs as the worker.
ALTER TABLE workday_year ENABLE ROW LEVEL SECURITY;
ALTER TABLE workday_year FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON workday_year TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_read ON workday_year FOR SELECT TO xueji_worker USING (true);
CREATE POLICY worker_insert ON workday_year FOR INSERT TO xueji_worker WITH CHECK (author_id IS NULL);
CREATE POLICY app_read ON workday_year FOR SELECT TO xueji_app USING (true);
CREATE POLICY app_insert ON workday_year FOR INSERT TO xueji_app WITH CHECK (
    author_id = acting_account() AND add_key IS NOT NULL
    AND EXISTS (SELECT 1 FROM account a JOIN organisation o ON o.id = a.org_id WHERE a.id = author_id AND o.kind = 'NATION' AND o.path = ANY (scope())
        AND 'BUREAU_SYSADMIN' = ANY (a.roles)));
GRANT SELECT ON workday_year TO xueji_app, xueji_worker;
GRANT INSERT (version, year, days, author_id, created_at, comment, add_key, add_hash) ON workday_year TO xueji_app, xueji_worker;

-- +goose StatementBegin
-- workday_author names who added a version, to people of the national office only.
CREATE FUNCTION workday_author(of_version int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.name FROM workday_year w JOIN account a ON a.id = w.author_id
    WHERE w.version = of_version
        AND EXISTS (SELECT 1 FROM account me JOIN organisation o ON o.id = me.org_id WHERE me.id = acting_account() AND o.kind = 'NATION')
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION workday_author(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workday_author(int) TO xueji_app, xueji_worker;

-- +goose Down
DROP FUNCTION workday_author(int);
DROP TABLE workday_year;
