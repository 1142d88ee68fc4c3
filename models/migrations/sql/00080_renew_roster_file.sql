-- +goose Up
-- A school hands in the same file again for the rows that were left out when its
-- roster took effect: only one roster of a file is in hand, and an enrolled one is not.
DROP INDEX roster_file;
CREATE UNIQUE INDEX roster_file ON roster (school_id, file_sha256) WHERE state NOT IN ('REFUSED', 'DISCARDED', 'ENROLLED');

-- +goose Down
DROP INDEX roster_file;
CREATE UNIQUE INDEX roster_file ON roster (school_id, file_sha256) WHERE state NOT IN ('REFUSED', 'DISCARDED');
