-- +goose Up
-- A job (批量任务) is long work on many rows, cut into parts. Each part is one transaction
-- of the worker, which writes what the part does and that it is done together: a part that
-- is done is never done again, and after a crash the work goes on with the next one.
--
-- Law 2: a person hands in words (stop, go on) only. Everything else is the worker's.
CREATE TABLE job (
    id            uuid PRIMARY KEY,
    kind          text NOT NULL,
    org_id        uuid NOT NULL REFERENCES organisation,
    org_path      ltree NOT NULL,
    province_code text NOT NULL,
    subject_id    uuid NOT NULL,                 -- what is worked on; the kind says what that is
    change_id     uuid REFERENCES change,        -- the change that takes effect by it
    case_no       text NOT NULL DEFAULT '',      -- of that change, for admins
    effective_on  date NOT NULL,                 -- the day as of which every part is written
    filed_by      uuid,                          -- empty: the system
    -- RUNNING · DONE · FAILED a part cannot be done · CANCELLED stopped by a person
    state         text NOT NULL DEFAULT 'RUNNING' CHECK (state IN ('RUNNING', 'DONE', 'FAILED', 'CANCELLED')),
    problem       text NOT NULL DEFAULT '',      -- code of what a part cannot be done for
    created_at    timestamptz NOT NULL,
    reported_at   timestamptz,                   -- its workflow read where it stands; until then the row is its own outbox
    ended_at      timestamptz,                   -- done, failed or cancelled
    version       bigint NOT NULL DEFAULT 1,
    CHECK ((state = 'RUNNING') = (ended_at IS NULL)),
    CHECK ((state = 'FAILED') = (problem <> ''))
);
CREATE UNIQUE INDEX job_change ON job (change_id) WHERE change_id IS NOT NULL;
CREATE UNIQUE INDEX job_subject ON job (kind, subject_id) WHERE state <> 'DONE';
CREATE INDEX job_path ON job USING gist (org_path);
CREATE INDEX job_newest ON job (created_at DESC, id DESC);
CREATE INDEX job_running ON job (id) WHERE state = 'RUNNING';

CREATE TABLE job_part (
    job_id   uuid NOT NULL REFERENCES job,
    no       int NOT NULL CHECK (no > 0),
    org_path ltree NOT NULL,
    first_no bigint NOT NULL,                    -- of the rows it works on, as the kind counts them
    last_no  bigint NOT NULL,
    rows     int NOT NULL CHECK (rows > 0),
    done_at  timestamptz,
    took     interval,                           -- of the transaction that did it
    PRIMARY KEY (job_id, no),
    CHECK (first_no <= last_no),
    CHECK ((done_at IS NULL) = (took IS NULL))
);
CREATE INDEX job_part_waiting ON job_part (job_id, no) WHERE done_at IS NULL;

-- What people say to a job. It is append-only but for what became of it.
CREATE TABLE job_word (
    id         uuid PRIMARY KEY,
    job_id     uuid NOT NULL REFERENCES job,
    org_path   ltree NOT NULL,
    verb       text NOT NULL CHECK (verb IN ('CANCEL', 'RESUME')),
    account_id uuid,                             -- empty: an operator of the service, whom the audit trail names
    created_at timestamptz NOT NULL,
    settled_at timestamptz,
    outcome    text NOT NULL DEFAULT 'PENDING' CHECK (outcome IN ('PENDING', 'COUNTED', 'REFUSED')),
    CHECK ((settled_at IS NULL) = (outcome = 'PENDING'))
);
CREATE UNIQUE INDEX job_word_pending ON job_word (job_id, verb) WHERE outcome = 'PENDING';

-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['job', 'job_part', 'job_word'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY app_read ON %I FOR SELECT TO xueji_app USING (org_path <@ (SELECT scope()))', t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_insert ON job_word FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope())
    AND account_id = acting_account() AND EXISTS (SELECT 1 FROM job j WHERE j.id = job_id AND j.org_path = job_word.org_path));

GRANT SELECT ON job, job_part, job_word TO xueji_app;
GRANT INSERT (id, job_id, org_path, verb, account_id, created_at) ON job_word TO xueji_app;
GRANT SELECT, INSERT ON job, job_part, job_word TO xueji_worker;
GRANT UPDATE (state, problem, reported_at, ended_at, version) ON job TO xueji_worker;
GRANT UPDATE (done_at, took) ON job_part TO xueji_worker;
GRANT UPDATE (settled_at, outcome) ON job_word TO xueji_worker;

-- +goose Down
DROP TABLE job_word, job_part, job;
