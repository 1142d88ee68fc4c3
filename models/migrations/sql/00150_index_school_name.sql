-- +goose NO TRANSACTION
-- +goose Up
-- The namesakes of a school are found without reading those of a province: a sheet that is
-- uploaded again asks for every pupil whether the school has the pupil already.
DROP INDEX CONCURRENTLY IF EXISTS student_school_name;
CREATE INDEX CONCURRENTLY student_school_name ON student (school_id, name_key);

-- +goose Down
DROP INDEX CONCURRENTLY IF EXISTS student_school_name;
