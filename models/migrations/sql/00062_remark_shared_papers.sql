-- +goose Up
-- Whether a paper stands in the case of another pupil hangs on its content.
CREATE INDEX evidence_content ON evidence (sha256);

-- papers_elsewhere tells the parties of a change which of its papers, by content,
-- stand in changes of other pupils too: at most ten a paper. Which change it is, is
-- told only of those that the asking office may see. A change of the same record, of
-- the same identity number, or filed anew is one about the same pupil.
-- +goose StatementBegin
CREATE FUNCTION papers_elsewhere(of_change uuid) RETURNS TABLE (evidence_id uuid, change_id uuid, case_no text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.id, CASE WHEN m.mine THEN o.id END, CASE WHEN m.mine THEN o.case_no END
    FROM change c JOIN change_evidence x ON x.change_id = c.id JOIN evidence e ON e.id = x.evidence_id
    CROSS JOIN LATERAL (SELECT DISTINCT n.id, n.case_no FROM (
        -- A limit before the distinct: a file that thousands share is not read to its end.
        SELECT a.id, a.case_no FROM evidence f JOIN change_evidence y ON y.evidence_id = f.id JOIN change a ON a.id = y.change_id
        WHERE f.sha256 = e.sha256 AND a.id <> c.id AND coalesce(a.student_id <> c.student_id, true)
            AND a.redo_of IS DISTINCT FROM c.id AND c.redo_of IS DISTINCT FROM a.id
            AND NOT EXISTS (SELECT 1 FROM change_value v JOIN change_value w ON w.hash = v.hash
                WHERE v.change_id = c.id AND w.change_id = a.id AND v.field = 'id_number' AND w.field = 'id_number')
        LIMIT 40) n LIMIT 10) o
    CROSS JOIN LATERAL (SELECT EXISTS (
        SELECT 1 FROM change_party p WHERE p.change_id = o.id AND p.org_path <@ (SELECT scope())) AS mine) m
    WHERE c.id = of_change AND EXISTS (
        SELECT 1 FROM change_party v WHERE v.change_id = of_change AND v.org_path <@ (SELECT scope()))
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION papers_elsewhere(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION papers_elsewhere(uuid) TO xueji_app;

-- +goose Down
DROP FUNCTION papers_elsewhere(uuid);
DROP INDEX evidence_content;
