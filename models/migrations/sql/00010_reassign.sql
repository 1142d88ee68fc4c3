-- +goose Up
-- A school may get another managing bureau (学籍主管部门). Its path is part of
-- every row that belongs to it, so all of them move in one transaction.

-- The path is where a row lies, not what happened: it may move, the rest may not.
DROP TRIGGER student_history_append_only ON student_history;
CREATE TRIGGER student_history_append_only BEFORE DELETE
    OR UPDATE OF id, student_id, change_id, kind, effective_on, recorded_at, account_id, before, after
    ON student_history FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

-- reassign_organisation moves an office and everything below it. It needs both
-- the office and the new bureau in the caller's scope, and answers false when
-- the version is not the one the caller read. Every table with a column
-- org_path or office_path takes part, those of later migrations too; only the
-- audit trail keeps what was true at its time.
-- +goose StatementBegin
CREATE FUNCTION reassign_organisation(office uuid, seen_version bigint, new_parent uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    old_path ltree;
    new_path ltree;
    c record;
BEGIN
    PERFORM 1 FROM organisation WHERE id IN (office, new_parent) ORDER BY id FOR UPDATE;
    SELECT path INTO old_path FROM organisation WHERE id = office AND version = seen_version AND closed_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT path || subpath(old_path, -1) INTO new_path FROM organisation WHERE id = new_parent AND closed_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF NOT (old_path <@ scope() AND new_path <@ scope()) OR new_path <@ old_path THEN
        RAISE EXCEPTION 'outside the data scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE organisation SET parent_id = new_parent, version = version + 1 WHERE id = office;
    UPDATE organisation SET path = CASE WHEN path = old_path THEN new_path ELSE new_path || subpath(path, nlevel(old_path)) END
    WHERE path <@ old_path;
    FOR c IN SELECT k.table_name, k.column_name FROM information_schema.columns k
        JOIN information_schema.tables b USING (table_schema, table_name)
        WHERE k.table_schema = 'public' AND b.table_type = 'BASE TABLE' AND k.column_name IN ('org_path', 'office_path')
            AND k.udt_name = 'ltree' AND k.table_name <> 'audit_entry' ORDER BY 1, 2 LOOP
        EXECUTE format('UPDATE %1$I SET %2$I = CASE WHEN %2$I = $1 THEN $2 ELSE $2 || subpath(%2$I, nlevel($1)) END WHERE %2$I <@ $1',
            c.table_name, c.column_name) USING old_path, new_path;
    END LOOP;
    RETURN true;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION reassign_organisation(uuid, bigint, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reassign_organisation(uuid, bigint, uuid) TO xueji_app;

-- Path and parent move through the function only.
REVOKE UPDATE ON organisation FROM xueji_app;
GRANT UPDATE (name, division_code, stages, closed_at, version) ON organisation TO xueji_app;

-- +goose Down
GRANT UPDATE ON organisation TO xueji_app;
DROP FUNCTION reassign_organisation(uuid, bigint, uuid);
DROP TRIGGER student_history_append_only ON student_history;
CREATE TRIGGER student_history_append_only BEFORE UPDATE OR DELETE ON student_history FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
