-- +goose Up
-- The merger of two schools (学校合并, P13): the worker gives year groups to the school that
-- absorbs, and closes the absorbed school with its accounts.
GRANT UPDATE (school_id, org_path) ON school_grade TO xueji_worker;
GRANT UPDATE (closed_at, version) ON organisation TO xueji_worker;
GRANT UPDATE (closed_at) ON account TO xueji_worker;

-- +goose Down
REVOKE UPDATE (closed_at) ON account FROM xueji_worker;
REVOKE UPDATE (closed_at, version) ON organisation FROM xueji_worker;
REVOKE UPDATE (school_id, org_path) ON school_grade FROM xueji_worker;
