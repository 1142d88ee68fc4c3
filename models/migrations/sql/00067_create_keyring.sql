-- +goose Up
-- What the register knows of its keys: which they are, never what they are. The owner
-- writes it (xueji keys create | rotate); every transaction of the serving roles
-- reads it, so that a process with other keys does nothing, and so that a rotation
-- can wait until every transaction that uses the old keys has ended.
CREATE TABLE keyring (
    single      boolean PRIMARY KEY DEFAULT true CHECK (single), -- one row
    fingerprint text NOT NULL,                -- of the keys in use
    prints      text[] NOT NULL,              -- of every key that something here is sealed or hashed with
    -- SERVING · REKEYING: rows are brought to the new keys and nobody serves · FILES: files follow, everybody serves
    phase       text NOT NULL CHECK (phase IN ('SERVING', 'REKEYING', 'FILES')),
    changed_at  timestamptz NOT NULL
);
-- How far a rotation has come in a table; written in one transaction with the rows.
CREATE TABLE keyring_walk (
    place text PRIMARY KEY,
    after text[] NOT NULL DEFAULT '{}',       -- key of the last row that was done
    done  boolean NOT NULL DEFAULT false
);
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['keyring', 'keyring_walk'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_read ON keyring FOR SELECT TO xueji_app USING (true);
CREATE POLICY worker_read ON keyring FOR SELECT TO xueji_worker USING (true);
GRANT SELECT ON keyring TO xueji_app, xueji_worker;

-- +goose Down
DROP TABLE keyring_walk, keyring;
