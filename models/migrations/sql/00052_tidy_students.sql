-- +goose Up
-- One tidying of names and numbers, one key of identity. What only a program with the
-- tables of Unicode and the keyring can compute is computed by the job of table tidying;
-- until it is done both the key and what stood before are looked for.

-- name_key is what names are compared by. Of a name in common Chinese characters it is
-- the name, and of most others the small letters of ASCII, so that nearly every record
-- is found before the job has come to it. The expression fills the column while the
-- table is written anew, which is one pass without a new version of each row.
ALTER TABLE student ADD COLUMN name_key text NOT NULL GENERATED ALWAYS AS (lower(name COLLATE "C")) STORED;
ALTER TABLE student ALTER COLUMN name_key DROP EXPRESSION;
-- +goose StatementBegin
CREATE FUNCTION fill_name_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.name_key := lower(NEW.name COLLATE "C");
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER student_name_key BEFORE INSERT ON student FOR EACH ROW WHEN (NEW.name_key IS NULL) EXECUTE FUNCTION fill_name_key();
DROP INDEX student_name, student_name_prefix, student_name_grams;
CREATE INDEX student_name ON student (name_key, id);
CREATE INDEX student_name_prefix ON student (name_key text_pattern_ops, id);
CREATE INDEX student_name_grams ON student USING gin (name_grams(name_key));

-- id_hash is the hash of the whole key (kind, country, number). The number of a
-- document that is no citizen's is found by itself through number_only_hash.
ALTER TABLE student ADD COLUMN number_only_hash bytea;
CREATE INDEX student_number_only ON student (number_only_hash) WHERE number_only_hash IS NOT NULL;
-- Two records of before may turn out to have one key. The second one keeps its record,
-- as a double that the search for doubles tells (DUP_WITH_ID); no third comes in.
ALTER TABLE student ADD COLUMN id_double boolean NOT NULL DEFAULT false;
DROP INDEX student_identity;
CREATE UNIQUE INDEX student_identity ON student (id_hash) WHERE enrol_status <> 'DELETED' AND NOT id_double;
CREATE INDEX student_identity_any ON student (id_hash) WHERE id_hash IS NOT NULL;

-- A record is 已查重 when the search for doubles has looked, not before (KT02).
UPDATE student SET dedupe_state = 'PENDING' WHERE deduped_at IS NULL AND dedupe_state <> 'PENDING';

-- tidying is how far the job has come that brings records of before in line with the
-- rules of today: one row for each edition of the rules.
CREATE TABLE tidying (
    rules    int PRIMARY KEY,
    begun_at timestamptz NOT NULL,
    after_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000', -- the last record that was looked at
    looked   bigint NOT NULL DEFAULT 0,
    changed  bigint NOT NULL DEFAULT 0, -- records in which a person sees a difference
    rekeyed  bigint NOT NULL DEFAULT 0, -- records of which only what they are found by changed
    doubles  bigint NOT NULL DEFAULT 0, -- records whose document another record has, too
    unreadable bigint NOT NULL DEFAULT 0, -- records of which a number cannot be decrypted
    done_at  timestamptz
);
ALTER TABLE tidying ENABLE ROW LEVEL SECURITY;
ALTER TABLE tidying FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON tidying TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON tidying TO xueji_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON tidying TO xueji_worker;

DROP FUNCTION student_to_receive(text, bytea, bytea), identity_taken(uuid, uuid, bytea), students_named(text, uuid, uuid, text[], text, uuid, int);

-- student_to_receive finds a pupil of another office by name and number: what a
-- receiving school must know, for exactly one pupil it can already name. Each
-- number that is given must be the pupil's. Callers write the audit entry.
-- +goose StatementBegin
CREATE FUNCTION student_to_receive(name_keys text[], a_number_hash bytea, id_hashes bytea[])
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

-- identity_taken says whether another record, or another change in hand, has one of
-- the keys of a document.
CREATE FUNCTION identity_taken(own_student uuid, own_change uuid, hashes bytea[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM student s WHERE s.id_hash = ANY (hashes) AND s.enrol_status <> 'DELETED' AND s.id <> own_student)
        OR EXISTS (SELECT 1 FROM slot l WHERE l.key IN (SELECT 'identity/' || encode(h, 'hex') FROM unnest(hashes) h) AND l.change_id <> own_change)
$$;

-- rekey_document gives the document of a record in scope the key it has with another
-- country, when an edit says that a passport is of that one. It gives false when another
-- record has the key. A citizen's number is its own key and never comes here.
CREATE FUNCTION rekey_document(of_student uuid, key bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM student s WHERE s.id_hash = key AND s.enrol_status <> 'DELETED' AND s.id <> of_student) THEN
        RETURN false;
    END IF;
    UPDATE student s SET id_hash = key WHERE s.id = of_student AND s.number_only_hash IS NOT NULL AND NOT s.id_double AND s.org_path <@ (SELECT scope());
    RETURN true;
END $$;

-- students_named gives the records in scope whose name contains the piece, in
-- order of their IDs after the given one: two-character pieces first, by their
-- index, then the scope; the other way round every record would be read.
-- A filter that is NULL does not filter.
CREATE FUNCTION students_named(piece text, school uuid, class uuid, states text[], of_stage text, after uuid, most int)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
REVOKE ALL ON FUNCTION student_to_receive(text[], bytea, bytea[]), identity_taken(uuid, uuid, bytea[]), rekey_document(uuid, bytea),
    students_named(text, uuid, uuid, text[], text, uuid, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION student_to_receive(text[], bytea, bytea[]), identity_taken(uuid, uuid, bytea[]), rekey_document(uuid, bytea) TO xueji_app, xueji_worker;
GRANT EXECUTE ON FUNCTION students_named(text, uuid, uuid, text[], text, uuid, int) TO xueji_app;

-- +goose Down
DROP FUNCTION rekey_document(uuid, bytea), student_to_receive(text[], bytea, bytea[]), identity_taken(uuid, uuid, bytea[]), students_named(text, uuid, uuid, text[], text, uuid, int);
-- +goose StatementBegin
CREATE FUNCTION student_to_receive(a_name text, a_number_hash bytea, a_id_hash bytea)
RETURNS TABLE (id uuid, school_id uuid, stage text, entry_year int, enrol_status text, problems boolean, punished boolean, name text,
    id_type text, id_masked text, number_masked text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id, s.school_id, s.stage, s.entry_year, s.enrol_status, s.problem_flags <> '{}',
        EXISTS (SELECT 1 FROM punishment p WHERE p.student_id = s.id AND p.cancelled_on IS NULL), s.name, s.id_type, s.id_masked, s.number_masked
    FROM student s
    WHERE s.name = a_name AND s.enrol_status <> 'DELETED' AND (a_number_hash IS NOT NULL OR a_id_hash IS NOT NULL)
        AND (a_number_hash IS NULL OR s.number_hash = a_number_hash) AND (a_id_hash IS NULL OR s.id_hash = a_id_hash)
$$;
CREATE FUNCTION identity_taken(own_student uuid, own_change uuid, a_hash bytea) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM student s WHERE s.id_hash = a_hash AND s.enrol_status <> 'DELETED' AND s.id <> own_student)
        OR EXISTS (SELECT 1 FROM slot l WHERE l.key = 'identity/' || encode(a_hash, 'hex') AND l.change_id <> own_change)
$$;
CREATE FUNCTION students_named(piece text, school uuid, class uuid, states text[], of_stage text, after uuid, most int)
RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH hit AS MATERIALIZED (
        SELECT s.id, s.org_path FROM student s
        WHERE name_grams(s.name) @> name_grams(piece) AND length(piece) > 1
          AND strpos(s.name, piece) > 0 AND s.id > after
          AND (school IS NULL OR s.school_id = school) AND (class IS NULL OR s.class_id = class)
          AND (states IS NULL OR s.enrol_status = ANY (states)) AND (of_stage IS NULL OR s.stage = of_stage)
    )
    SELECT h.id FROM hit h WHERE h.org_path <@ (SELECT scope()) ORDER BY h.id LIMIT most
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION student_to_receive(text, bytea, bytea), identity_taken(uuid, uuid, bytea), students_named(text, uuid, uuid, text[], text, uuid, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION student_to_receive(text, bytea, bytea), identity_taken(uuid, uuid, bytea) TO xueji_app, xueji_worker;
GRANT EXECUTE ON FUNCTION students_named(text, uuid, uuid, text[], text, uuid, int) TO xueji_app;
DROP TABLE tidying;
-- Two records of one document have no place in the index of before, and no number is
-- taken from a record: whoever goes back settles them first. Foreign documents that
-- were hashed by the whole key are not found by the program of before.
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM student WHERE id_double AND enrol_status <> 'DELETED') THEN
        RAISE EXCEPTION 'two records hold one identity document: settle them before this migration is taken back';
    END IF;
END $$;
-- +goose StatementEnd
DROP INDEX student_identity_any, student_identity;
CREATE UNIQUE INDEX student_identity ON student (id_hash) WHERE enrol_status <> 'DELETED';
ALTER TABLE student DROP COLUMN id_double, DROP COLUMN number_only_hash;
DROP TRIGGER student_name_key ON student;
DROP FUNCTION fill_name_key();
DROP INDEX student_name, student_name_prefix, student_name_grams;
ALTER TABLE student DROP COLUMN name_key;
CREATE INDEX student_name ON student (name, id);
CREATE INDEX student_name_prefix ON student (name text_pattern_ops, id);
CREATE INDEX student_name_grams ON student USING gin (name_grams(name));
