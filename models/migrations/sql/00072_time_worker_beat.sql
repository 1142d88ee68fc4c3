-- +goose Up
-- Whether a worker lives is judged by the database's own time: seen_at is written
-- by the database, whatever version of the program beats, so a host whose clock is
-- wrong can neither hide a dead worker nor bury a live one. beat_at stays for the
-- version before, which reads it.
ALTER TABLE worker_beat
    ADD COLUMN seen_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN every     interval    NOT NULL DEFAULT interval '30 seconds', -- how often it beats; the version before does not say
    ADD COLUMN left_at   timestamptz,                                        -- it was stopped in order
    ADD COLUMN clock_off interval    NOT NULL DEFAULT interval '0 seconds';  -- of its host; ahead of the database when positive

-- +goose StatementBegin
CREATE FUNCTION worker_beat_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.seen_at := clock_timestamp();
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER worker_beat_seen BEFORE INSERT OR UPDATE ON worker_beat FOR EACH ROW EXECUTE FUNCTION worker_beat_seen();
GRANT DELETE ON worker_beat TO xueji_worker; -- beats of processes that are long gone

-- +goose Down
REVOKE DELETE ON worker_beat FROM xueji_worker;
DROP TRIGGER worker_beat_seen ON worker_beat;
DROP FUNCTION worker_beat_seen();
ALTER TABLE worker_beat DROP COLUMN seen_at, DROP COLUMN every, DROP COLUMN left_at, DROP COLUMN clock_off;
