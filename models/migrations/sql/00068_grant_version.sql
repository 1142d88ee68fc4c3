-- +goose Up
-- A process that serves looks at its start whether the database is of its version.
GRANT SELECT ON goose_db_version TO xueji_app, xueji_worker;

-- +goose Down
REVOKE SELECT ON goose_db_version FROM xueji_app, xueji_worker;
