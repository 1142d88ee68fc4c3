-- +goose Up
-- Rosters (学生基本信息表): an uploaded sheet, its checked rows, and the few
-- questions an office may ask about the register outside its own subtree.
--
-- Law 2: an uploaded roster and its staged rows are what a person hands in, so
-- the application role writes them until the roster is filed; from then on
-- only the worker role does.

CREATE TABLE roster (
    id               uuid PRIMARY KEY,
    school_id        uuid NOT NULL REFERENCES organisation,
    org_path         ltree NOT NULL,
    file_name        text NOT NULL,
    file_sha256      bytea NOT NULL,
    file_size        bigint NOT NULL,
    blob_key         text NOT NULL DEFAULT '',  -- empty once the file was deleted
    template_version text NOT NULL DEFAULT '',
    -- UPLOADED being checked · CHECKED 待确认 · UNFIT 不符合模板 · FILED in a change · ENROLLED · REFUSED · DISCARDED
    state            text NOT NULL CHECK (state IN ('UPLOADED', 'CHECKED', 'UNFIT', 'FILED', 'ENROLLED', 'REFUSED', 'DISCARDED')),
    attempt          int NOT NULL DEFAULT 1,    -- a check that was cut off is superseded by the next attempt
    rows_read        int NOT NULL DEFAULT 0,
    rows_good        int NOT NULL DEFAULT 0,    -- those with a remark included
    rows_remarked    int NOT NULL DEFAULT 0,
    rows_rejected    int NOT NULL DEFAULT 0,
    rows_skipped     int NOT NULL DEFAULT 0,
    rows_enrolled    int NOT NULL DEFAULT 0,
    rows_left_out    int NOT NULL DEFAULT 0,
    findings         jsonb NOT NULL DEFAULT '[]', -- about the file as a whole
    created_by       uuid NOT NULL,
    created_at       timestamptz NOT NULL,
    progress_at      timestamptz NOT NULL,
    checked_at       timestamptz,
    change_id        uuid REFERENCES change DEFERRABLE INITIALLY DEFERRED,
    version          bigint NOT NULL DEFAULT 1,
    CHECK (change_id IS NOT NULL OR state NOT IN ('FILED', 'ENROLLED', 'REFUSED'))
);
-- The same file twice is the same roster; a refused or discarded one may come again.
CREATE UNIQUE INDEX roster_file ON roster (school_id, file_sha256) WHERE state NOT IN ('REFUSED', 'DISCARDED');
CREATE INDEX roster_school ON roster (school_id, created_at DESC, id DESC);
CREATE INDEX roster_path ON roster USING gist (org_path);
CREATE INDEX roster_stored ON roster (created_at) WHERE blob_key <> '';
ALTER TABLE change ADD CONSTRAINT change_roster FOREIGN KEY (roster_id) REFERENCES roster;
ALTER TABLE student ADD CONSTRAINT student_roster FOREIGN KEY (roster_id) REFERENCES roster;
CREATE INDEX student_roster ON student (roster_id) WHERE roster_id IS NOT NULL;

CREATE TABLE roster_row (
    roster_id  uuid NOT NULL REFERENCES roster,
    row_no     int NOT NULL,                    -- the row of the sheet, as shown at its left edge
    org_path   ltree NOT NULL,
    verdict    text NOT NULL CHECK (verdict IN ('ACCEPT', 'REMARK', 'REJECT', 'SKIP', 'LEFT_OUT')),
    name       text NOT NULL DEFAULT '',
    id_masked  text NOT NULL DEFAULT '',
    id_hash    bytea,
    class_id   uuid REFERENCES school_class,
    class_code text NOT NULL DEFAULT '',
    payload    bytea,                           -- every item, encrypted; gone once the record exists
    findings   jsonb NOT NULL DEFAULT '[]',
    student_id uuid REFERENCES student,
    PRIMARY KEY (roster_id, row_no)
);
CREATE INDEX roster_row_verdict ON roster_row (roster_id, verdict, row_no);

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['roster', 'roster_row'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY app_read ON %I FOR SELECT TO xueji_app USING (org_path <@ (SELECT scope()))', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_insert ON roster FOR INSERT TO xueji_app
    WITH CHECK (org_path <@ (SELECT scope()) AND state = 'UPLOADED' AND change_id IS NULL);
CREATE POLICY app_update ON roster FOR UPDATE TO xueji_app
    USING (org_path <@ (SELECT scope()) AND state IN ('UPLOADED', 'CHECKED', 'UNFIT'))
    WITH CHECK (org_path <@ (SELECT scope()) AND (state = 'FILED') = (change_id IS NOT NULL)
        AND state IN ('UPLOADED', 'CHECKED', 'UNFIT', 'FILED', 'DISCARDED'));
CREATE POLICY app_insert ON roster_row FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope())
    AND student_id IS NULL AND verdict <> 'LEFT_OUT'
    AND EXISTS (SELECT 1 FROM roster r WHERE r.id = roster_id AND r.state = 'UPLOADED'));
-- A later row can refuse an earlier one while the check runs.
CREATE POLICY app_update ON roster_row FOR UPDATE TO xueji_app USING (org_path <@ (SELECT scope()) AND verdict <> 'LEFT_OUT'
    AND EXISTS (SELECT 1 FROM roster r WHERE r.id = roster_id AND r.state = 'UPLOADED'))
    WITH CHECK (org_path <@ (SELECT scope()) AND verdict = 'REJECT');
CREATE POLICY app_delete ON roster_row FOR DELETE TO xueji_app USING (org_path <@ (SELECT scope())
    AND EXISTS (SELECT 1 FROM roster r WHERE r.id = roster_id AND r.state IN ('UPLOADED', 'DISCARDED')));

GRANT SELECT ON roster, roster_row TO xueji_app;
GRANT INSERT (id, school_id, org_path, file_name, file_sha256, file_size, blob_key, state, created_by, created_at, progress_at) ON roster TO xueji_app;
GRANT UPDATE (template_version, state, attempt, rows_read, rows_good, rows_remarked, rows_rejected, rows_skipped,
    findings, progress_at, checked_at, change_id, version) ON roster TO xueji_app;
GRANT INSERT, DELETE, UPDATE (verdict, findings, payload, id_hash) ON roster_row TO xueji_app;
GRANT SELECT, UPDATE ON roster TO xueji_worker;
GRANT SELECT, UPDATE, DELETE ON roster_row TO xueji_worker;

-- What an office must know beyond its own subtree. Each function gives the
-- minimum; the caller writes the audit entry in the same transaction.

-- identities_registered gives those of the hashes that have a record anywhere (身份证号已被注册).
-- +goose StatementBegin
CREATE FUNCTION identities_registered(hashes bytea[]) RETURNS SETOF bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.id_hash FROM student s WHERE s.id_hash = ANY (hashes) AND s.enrol_status <> 'DELETED'
$$;

-- slots_held gives those of the keys that a running change holds (异动中).
CREATE FUNCTION slots_held(keys text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.key FROM slot s WHERE s.key = ANY (keys)
$$;

-- students_named gives the records in scope whose name contains the piece, in
-- order of their IDs after the given one: two-character pieces first, by their
-- index, then the scope; the other way round every record would be read.
-- A filter that is NULL does not filter.
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
REVOKE ALL ON FUNCTION identities_registered(bytea[]), slots_held(text[]), students_named(text, uuid, uuid, text[], text, uuid, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identities_registered(bytea[]), slots_held(text[]), students_named(text, uuid, uuid, text[], text, uuid, int) TO xueji_app;

-- +goose Down
DROP FUNCTION students_named(text, uuid, uuid, text[], text, uuid, int), slots_held(text[]), identities_registered(bytea[]);
ALTER TABLE student DROP CONSTRAINT student_roster;
ALTER TABLE change DROP CONSTRAINT change_roster;
DROP INDEX student_roster;
DROP TABLE roster_row, roster;
