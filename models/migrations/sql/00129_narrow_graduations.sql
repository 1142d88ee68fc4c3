-- +goose Up
-- +goose StatementBegin
-- graduated_on gives the day of the last graduation of a pupil that stands. A school of
-- another province asks how long the school was in the year of that day (KT22).
CREATE FUNCTION graduated_on(pupil uuid) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT max(h.effective_on) FROM student_history h WHERE h.student_id = pupil AND h.kind = 'GRADUATION' AND h.struck_at IS NULL
$$;

-- blanks_overlap answers for the province of the person who asks, and holds no lock of
-- another one.
CREATE OR REPLACE FUNCTION blanks_overlap(of_province text, of_prefix text, of_width int, of_first bigint, of_last bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM organisation o WHERE o.kind = 'PROVINCE' AND o.code = of_province
            AND (o.path @> ANY (scope()::ltree[]) OR o.path <@ ANY (scope()::ltree[]))) THEN
        RAISE EXCEPTION 'blanks of another province' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('certificate_stock/' || of_province, 0));
    RETURN EXISTS (SELECT 1 FROM certificate_stock s WHERE s.province_code = of_province AND s.prefix = of_prefix AND s.width = of_width
        AND s.first_no <= of_last AND s.last_no >= of_first);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION graduated_on(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION graduated_on(uuid) TO xueji_app, xueji_worker;

-- +goose Down
-- blanks_overlap may stay as it is.
DROP FUNCTION graduated_on(uuid);
