-- +goose Up
-- Three functions that read more than they answer with.

-- The class of a change was compared as a text, so that no index of classes served.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION change_class(of_change uuid) RETURNS TABLE (id uuid, code text, name text, grade text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.code, k.name, g.name FROM change c
    -- Inputs are checked when a change is filed; what is no identifier names no class.
    JOIN school_class k ON k.id = CASE WHEN c.inputs ->> 'class_id' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' THEN (c.inputs ->> 'class_id')::uuid END
    JOIN school_grade g ON g.id = k.grade_id
    WHERE c.id = of_change AND EXISTS (SELECT 1 FROM change_party v WHERE v.change_id = of_change AND v.org_path <@ ANY ((SELECT scope())::ltree[]))
$$;
-- +goose StatementEnd

-- A pupil of another school is found by the numbers first: each by its own index, where one
-- condition over all of them is served by none.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION student_to_receive(name_keys text[], a_number_hash bytea, id_hashes bytea[])
RETURNS TABLE (id uuid, school_id uuid, stage text, entry_year int, enrol_status text, problems boolean, punished boolean, name text,
    id_type text, id_masked text, number_masked text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH hit AS MATERIALIZED (
        SELECT s.id FROM student s WHERE s.number_hash = a_number_hash
        UNION SELECT s.id FROM student s WHERE a_number_hash IS NULL AND s.id_hash = ANY (id_hashes)
        UNION SELECT s.id FROM student s WHERE a_number_hash IS NULL AND s.number_only_hash = ANY (id_hashes)
    )
    SELECT s.id, s.school_id, s.stage, s.entry_year, s.enrol_status, s.problem_flags <> '{}',
        EXISTS (SELECT 1 FROM punishment p WHERE p.student_id = s.id AND p.cancelled_on IS NULL), s.name, s.id_type, s.id_masked, s.number_masked
    FROM hit h JOIN student s ON s.id = h.id
    WHERE s.name_key = ANY (name_keys) AND s.enrol_status <> 'DELETED'
        AND (id_hashes IS NULL OR s.id_hash = ANY (id_hashes) OR s.number_only_hash = ANY (id_hashes))
$$;
-- +goose StatementEnd

-- The page after a record is cut from the hits. As a condition on the index of records it
-- read the half of the register that lies behind that record.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION students_named(piece text, school uuid, class uuid, states text[], of_stage text, after uuid, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH hit AS MATERIALIZED (
        SELECT s.id, s.org_path FROM student s
        WHERE name_grams(s.name_key) @> name_grams(piece) AND length(piece) > 1
          AND strpos(s.name_key, piece) > 0
          AND (school IS NULL OR s.school_id = school) AND (class IS NULL OR s.class_id = class)
          AND (states IS NULL OR s.enrol_status = ANY (states)) AND (of_stage IS NULL OR s.stage = of_stage)
    )
    SELECT h.id FROM hit h WHERE h.id > after AND h.org_path <@ ANY ((SELECT scope())::ltree[]) ORDER BY h.id LIMIT most
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION students_named(piece text, school uuid, class uuid, states text[], of_stage text, after uuid, most int) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH hit AS MATERIALIZED (
        SELECT s.id, s.org_path FROM student s
        WHERE name_grams(s.name_key) @> name_grams(piece) AND length(piece) > 1
          AND strpos(s.name_key, piece) > 0 AND s.id > after
          AND (school IS NULL OR s.school_id = school) AND (class IS NULL OR s.class_id = class)
          AND (states IS NULL OR s.enrol_status = ANY (states)) AND (of_stage IS NULL OR s.stage = of_stage)
    )
    SELECT h.id FROM hit h WHERE h.org_path <@ (SELECT scope()) ORDER BY h.id LIMIT most
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION student_to_receive(name_keys text[], a_number_hash bytea, id_hashes bytea[])
RETURNS TABLE (id uuid, school_id uuid, stage text, entry_year int, enrol_status text, problems boolean, punished boolean, name text,
    id_type text, id_masked text, number_masked text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.school_id, s.stage, s.entry_year, s.enrol_status, s.problem_flags <> '{}',
        EXISTS (SELECT 1 FROM punishment p WHERE p.student_id = s.id AND p.cancelled_on IS NULL), s.name, s.id_type, s.id_masked, s.number_masked
    FROM student s
    WHERE s.name_key = ANY (name_keys) AND s.enrol_status <> 'DELETED' AND (a_number_hash IS NOT NULL OR id_hashes IS NOT NULL)
        AND (a_number_hash IS NULL OR s.number_hash = a_number_hash)
        AND (id_hashes IS NULL OR s.id_hash = ANY (id_hashes) OR s.number_only_hash = ANY (id_hashes))
$$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION change_class(of_change uuid) RETURNS TABLE (id uuid, code text, name text, grade text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, k.code, k.name, g.name FROM change c
    JOIN school_class k ON k.id::text = c.inputs ->> 'class_id' JOIN school_grade g ON g.id = k.grade_id
    WHERE c.id = of_change AND EXISTS (SELECT 1 FROM change_party v WHERE v.change_id = of_change AND v.org_path <@ (SELECT scope()))
$$;
-- +goose StatementEnd
