-- +goose Up
-- The data scope as the indexes of paths know it. "path <@ scope()" with an array on its
-- right is an operator of no index: every list read its whole table and threw away what was
-- out of scope. "path <@ ANY (scope())" means the same and uses the GiST indexes. The scope
-- stays a sub-select, so that it is computed once a statement and not once a row.
--
-- Rows of a change belong to those who see a party of it. OFFSET 0 keeps that a question
-- about the one change, which costs the same however large the register is. Without it
-- PostgreSQL may read the parties of the whole scope into a hash table first: a province's
-- lists of fifty rows began with half a million of them.
--
-- Records of pupils keep the operator of no index. They are always found by a person, a
-- school or a class, each by its own index; beside it PostgreSQL would read that of the
-- paths, for a province to its end, because it expects every scope to be small.
-- +goose StatementBegin
DO $$
DECLARE p record;
BEGIN
    FOR p IN SELECT tablename, policyname,
            regexp_replace(replace(qual, '<@ ( SELECT scope() AS scope)', '<@ ANY (( SELECT scope() AS scope)::ltree[])'),
                '(EXISTS \( SELECT 1\s+FROM .*?<@ ANY \(\( SELECT scope\(\) AS scope\)::ltree\[\]\)\)\))', '\1 OFFSET 0', 'g') AS reads,
            regexp_replace(replace(with_check, '<@ ( SELECT scope() AS scope)', '<@ ANY (( SELECT scope() AS scope)::ltree[])'),
                '(EXISTS \( SELECT 1\s+FROM .*?<@ ANY \(\( SELECT scope\(\) AS scope\)::ltree\[\]\)\)\))', '\1 OFFSET 0', 'g') AS writes
        FROM pg_policies WHERE schemaname = 'public' AND coalesce(qual, '') || coalesce(with_check, '') LIKE '%<@ ( SELECT scope() AS scope)%'
            AND tablename <> 'student'
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I', p.policyname, p.tablename)
            || coalesce(' USING (' || p.reads || ')', '') || coalesce(' WITH CHECK (' || p.writes || ')', '');
    END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
DECLARE p record;
BEGIN
    FOR p IN SELECT tablename, policyname,
            replace(regexp_replace(qual, '\s+OFFSET 0', '', 'g'), '<@ ANY (( SELECT scope() AS scope)::ltree[])', '<@ ( SELECT scope() AS scope)') AS reads,
            replace(regexp_replace(with_check, '\s+OFFSET 0', '', 'g'), '<@ ANY (( SELECT scope() AS scope)::ltree[])', '<@ ( SELECT scope() AS scope)') AS writes
        FROM pg_policies WHERE schemaname = 'public' AND coalesce(qual, '') || coalesce(with_check, '') LIKE '%<@ ANY (( SELECT scope() AS scope)::ltree[])%'
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I', p.policyname, p.tablename)
            || coalesce(' USING (' || p.reads || ')', '') || coalesce(' WITH CHECK (' || p.writes || ')', '');
    END LOOP;
END $$;
-- +goose StatementEnd
