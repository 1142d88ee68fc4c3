-- +goose Up
-- Certificates of graduation, completion and attendance (毕业、结业、肄业证书, P87): a bureau
-- gives a school a range of blanks, the school writes one for each graduate, hands it out and
-- notes who signed for it. Rows are what people hand in, as punishments are; a roll-back voids.
CREATE TABLE certificate_stock (
    id            uuid PRIMARY KEY,
    school_id     uuid NOT NULL REFERENCES organisation,
    province_code text NOT NULL,
    stage         text NOT NULL CHECK (stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    prefix        text NOT NULL CHECK (prefix !~ '[0-9]$'),
    width         int NOT NULL CHECK (width BETWEEN 1 AND 18),
    first_no      bigint NOT NULL CHECK (first_no >= 0),
    last_no       bigint NOT NULL,
    given_by      uuid NOT NULL,
    given_at      timestamptz NOT NULL,
    give_key      text NOT NULL,
    give_hash     bytea NOT NULL,
    CHECK (last_no >= first_no AND last_no - first_no < 20000),
    UNIQUE (given_by, give_key)
);
CREATE INDEX certificate_stock_school ON certificate_stock (school_id, stage, given_at, id);
CREATE INDEX certificate_stock_range ON certificate_stock (province_code, prefix, width, first_no);
CREATE TRIGGER certificate_stock_append_only BEFORE UPDATE OR DELETE ON certificate_stock FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

CREATE TABLE certificate (
    id            uuid PRIMARY KEY,
    stock_id      uuid NOT NULL REFERENCES certificate_stock,
    blank_no      bigint NOT NULL,
    blank         text NOT NULL,              -- as it is printed
    school_id     uuid NOT NULL REFERENCES organisation,
    province_code text NOT NULL,
    student_id    uuid REFERENCES student,    -- none of a spoilt blank
    stage         text NOT NULL CHECK (stage IN ('PRIMARY', 'JUNIOR', 'SENIOR')),
    year          int NOT NULL,
    conclusion    text NOT NULL DEFAULT '',
    number        text NOT NULL,
    serial        int NOT NULL DEFAULT 0,     -- in the school's own series of the year
    state         text NOT NULL CHECK (state IN ('WRITTEN', 'ISSUED', 'REPLACED', 'VOID', 'SPOILT')),
    written_by    uuid NOT NULL,
    written_at    timestamptz NOT NULL,
    write_key     text NOT NULL,
    write_hash    bytea NOT NULL,
    signed_by     text NOT NULL DEFAULT '',   -- who signed for it
    issued_on     date,
    issued_by     uuid,
    ended_at      timestamptz,
    reason        text NOT NULL DEFAULT '',
    UNIQUE (stock_id, blank_no),
    UNIQUE (province_code, number),
    CHECK ((state = 'SPOILT') = (student_id IS NULL)),
    CHECK ((issued_on IS NULL) = (signed_by = '')),
    CHECK ((state IN ('REPLACED', 'VOID', 'SPOILT')) = (ended_at IS NOT NULL))
);
-- A graduation has one valid certificate; a pupil may graduate from a stage twice (KT22).
CREATE UNIQUE INDEX certificate_valid ON certificate (student_id, stage, year) WHERE state IN ('WRITTEN', 'ISSUED');
CREATE INDEX certificate_school ON certificate (school_id, year, number);
CREATE INDEX certificate_request ON certificate (written_by, write_key);
CREATE TRIGGER certificate_append_only BEFORE DELETE OR UPDATE OF id, stock_id, blank_no, blank, school_id, province_code, student_id, stage, year, conclusion, number, serial,
    written_by, written_at, write_key, write_hash ON certificate FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER certificate_ended_once BEFORE UPDATE ON certificate FOR EACH ROW WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_rewrite();

-- +goose StatementBegin
-- blanks_overlap says whether a range of blanks meets one that was given before, anywhere in
-- the province, and keeps every other one from being given until the transaction ends.
CREATE FUNCTION blanks_overlap(of_province text, of_prefix text, of_width int, of_first bigint, of_last bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('certificate_stock/' || of_province, 0));
    RETURN EXISTS (SELECT 1 FROM certificate_stock s WHERE s.province_code = of_province AND s.prefix = of_prefix AND s.width = of_width
        AND s.first_no <= of_last AND s.last_no >= of_first);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION blanks_overlap(text, text, int, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION blanks_overlap(text, text, int, bigint, bigint) TO xueji_app;

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['certificate_stock', 'certificate'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY app_scope ON %I TO xueji_app USING (EXISTS (SELECT 1 FROM organisation o WHERE o.id = %I.school_id AND o.path <@ ANY ((SELECT scope())::ltree[]) OFFSET 0))', t, t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_give ON certificate_stock AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK (given_by IS NOT DISTINCT FROM acting_account()
    AND EXISTS (SELECT 1 FROM organisation o WHERE o.id = school_id AND o.province_code = certificate_stock.province_code AND NOT (o.path = ANY ((SELECT scope())::ltree[]))));
CREATE POLICY app_write ON certificate AS RESTRICTIVE FOR INSERT TO xueji_app WITH CHECK (written_by IS NOT DISTINCT FROM acting_account()
    AND EXISTS (SELECT 1 FROM certificate_stock s WHERE s.id = stock_id AND s.school_id = certificate.school_id AND s.stage = certificate.stage AND blank_no BETWEEN s.first_no AND s.last_no)
    AND (student_id IS NULL AND state = 'SPOILT' OR state = 'WRITTEN' AND EXISTS (SELECT 1 FROM graduation_line l WHERE l.student_id = certificate.student_id AND l.school_id = certificate.school_id
        AND l.stage = certificate.stage AND l.year = certificate.year AND l.verdict = 'GRADUATED' AND l.undone_at IS NULL)));
CREATE POLICY app_end ON certificate AS RESTRICTIVE FOR UPDATE TO xueji_app USING (state IN ('WRITTEN', 'ISSUED')) WITH CHECK (state IN ('ISSUED', 'REPLACED'));
GRANT SELECT, INSERT ON certificate_stock TO xueji_app;
GRANT SELECT, INSERT, UPDATE (state, signed_by, issued_on, issued_by, ended_at, reason) ON certificate TO xueji_app;
GRANT SELECT, UPDATE (state, ended_at, reason) ON certificate TO xueji_worker;

-- +goose Down
DROP TABLE certificate;
DROP FUNCTION blanks_overlap(text, text, int, bigint, bigint);
DROP TABLE certificate_stock;
