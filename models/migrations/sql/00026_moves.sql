-- +goose Up
-- left_for_mismatch says whether a pupil's last leaving was because the record stands
-- in another stage than the pupil (KT66): the school that receives the pupil may
-- then name a class of another stage. It asks for a kind, and tells nothing else.
-- +goose StatementBegin
CREATE FUNCTION left_for_mismatch(pupil uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((SELECT c.kind = 'OTHER_LEAVING' AND c.inputs ->> 'reason_code' = 'STAGE_MISMATCH' FROM change c
        WHERE c.student_id = pupil AND c.status = 'EFFECTIVE' ORDER BY c.closed_at DESC LIMIT 1), false)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION left_for_mismatch(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION left_for_mismatch(uuid) TO xueji_app, xueji_worker;

-- +goose Down
DROP FUNCTION left_for_mismatch(uuid);
