-- +goose Up
-- How far a search for doubles through the whole register is (查重): it goes on after an
-- interruption, and it writes only records whose marks change.
CREATE TABLE double_search (
    rules    int PRIMARY KEY,
    after_id uuid NOT NULL,
    looked   bigint NOT NULL,
    begun_at timestamptz NOT NULL,
    done_at  timestamptz
);
ALTER TABLE double_search ENABLE ROW LEVEL SECURITY;
ALTER TABLE double_search FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON double_search TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON double_search TO xueji_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON double_search TO xueji_worker;

-- +goose Down
DROP TABLE double_search;
