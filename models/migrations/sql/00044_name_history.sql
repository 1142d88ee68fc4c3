-- +goose Up
-- +goose StatementBegin
-- history_names gives the names of the schools and classes in the history of a record, to
-- whoever reads lines of it: a line names classes of schools outside the reader's scope.
CREATE FUNCTION history_names(of_student uuid) RETURNS TABLE (id uuid, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH line AS (SELECT h.before, h.after FROM student_history h WHERE h.student_id = of_student AND (h.org_path <@ (SELECT scope())
            OR EXISTS (SELECT 1 FROM student s WHERE s.id = of_student AND s.org_path <@ (SELECT scope())))),
        place AS (SELECT before ->> 'class_id' AS class, before ->> 'school_id' AS school FROM line UNION SELECT after ->> 'class_id', after ->> 'school_id' FROM line)
    SELECT k.id, g.name || ' ' || k.name FROM school_class k JOIN school_grade g ON g.id = k.grade_id WHERE k.id IN (SELECT CAST(nullif(class, '') AS uuid) FROM place)
    UNION ALL
    SELECT o.id, o.name FROM organisation o WHERE o.id IN (SELECT CAST(nullif(school, '') AS uuid) FROM place)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION history_names(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history_names(uuid) TO xueji_app;

-- +goose Down
DROP FUNCTION history_names(uuid);
