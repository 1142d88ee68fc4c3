-- +goose Up
-- Changes (学籍异动) and everything said about them.
--
-- Law 2: the application role inserts a change with its first step, evidence,
-- comments, refused attempts and slips. It may not write a decision, close a
-- step, free a slot or touch a record: only the worker role may.

CREATE SEQUENCE change_case_no;
GRANT USAGE ON SEQUENCE change_case_no TO xueji_app;

CREATE TABLE change (
    id                 uuid PRIMARY KEY,
    case_no            text NOT NULL UNIQUE,
    kind               text NOT NULL,
    student_id         uuid REFERENCES student,
    roster_id          uuid,                      -- the subject of a roster import
    org_id             uuid NOT NULL REFERENCES organisation, -- the office that filed
    org_path           ltree NOT NULL,
    province_code      text NOT NULL,
    stage              text NOT NULL,
    status             text NOT NULL CHECK (status IN ('RUNNING', 'EFFECTIVE', 'REFUSED', 'WITHDRAWN', 'CLOSED')),
    definition         jsonb NOT NULL,            -- frozen when filed: a later policy never reaches a running change
    definition_version text NOT NULL,
    policy_version     int NOT NULL,
    inputs             jsonb NOT NULL,
    step_no            int NOT NULL,              -- 0: with the applicant after a send-back
    round              int NOT NULL,
    return_to          int NOT NULL DEFAULT 1,    -- the step a resubmission goes to
    filed_by           uuid NOT NULL,
    filing_key         text NOT NULL,             -- the applicant's Idempotency-Key
    filing_hash        bytea NOT NULL,
    filed_at           timestamptz NOT NULL,
    due_total          timestamptz NOT NULL,      -- the total-SLA warning (D1), never a decision
    total_warned_at    timestamptz,
    effective_on       date,
    closed_at          timestamptz,
    closed_by          uuid,
    close_code         text NOT NULL DEFAULT '',
    redo_of            uuid REFERENCES change,
    version            bigint NOT NULL DEFAULT 1,
    UNIQUE (filed_by, filing_key),
    CHECK ((student_id IS NULL) <> (roster_id IS NULL)),
    CHECK ((status = 'RUNNING') = (closed_at IS NULL))
);
CREATE INDEX change_student ON change (student_id, filed_at);
CREATE INDEX change_filer ON change (filed_by, filed_at DESC, id DESC);
CREATE INDEX change_running ON change (filed_at, id) WHERE status = 'RUNNING';

CREATE TABLE change_party (
    change_id uuid NOT NULL REFERENCES change,
    side      text NOT NULL CHECK (side IN ('FILER', 'IN', 'OUT')),
    org_id    uuid NOT NULL REFERENCES organisation,
    org_path  ltree NOT NULL,
    PRIMARY KEY (change_id, side)
);
CREATE INDEX change_party_path ON change_party USING gist (org_path);

-- One running change per student (异动中), whatever province or process:
-- the primary key is the rule. The key is "student/<id>", or
-- "identity/<keyed hash>" where no record exists yet.
CREATE TABLE slot (
    key       text PRIMARY KEY,
    change_id uuid NOT NULL REFERENCES change,
    taken_at  timestamptz NOT NULL
);
CREATE INDEX slot_change ON slot (change_id);

CREATE TABLE step (
    change_id        uuid NOT NULL REFERENCES change,
    no               int NOT NULL,
    round            int NOT NULL,
    name             text NOT NULL,
    side             text NOT NULL,
    role             text NOT NULL,
    office_id        uuid NOT NULL REFERENCES organisation,
    office_path      ltree NOT NULL,
    opened_at        timestamptz NOT NULL,
    due_at           timestamptz NOT NULL,
    due_provisional  boolean NOT NULL,
    calendar_version text NOT NULL,
    remind_50_at     timestamptz NOT NULL,
    remind_80_at     timestamptz NOT NULL,
    reminded_50      timestamptz,
    reminded_80      timestamptz,
    overdue_at       timestamptz,                 -- when it was marked overdue
    problem          text NOT NULL DEFAULT '',    -- a named problem, e.g. NO_ELIGIBLE_PERSON
    status           text NOT NULL CHECK (status IN ('OPEN', 'DONE', 'CANCELLED')),
    closed_at        timestamptz,
    PRIMARY KEY (change_id, no, round)
);
CREATE UNIQUE INDEX step_one_open ON step (change_id) WHERE status = 'OPEN';
CREATE INDEX step_overdue ON step (due_at) WHERE status = 'OPEN';

-- Steps hold tasks from the start: one, or several for countersign.
CREATE TABLE task (
    id          uuid PRIMARY KEY,
    change_id   uuid NOT NULL REFERENCES change,
    step_no     int NOT NULL,
    round       int NOT NULL,
    seat        int NOT NULL,
    office_id   uuid NOT NULL REFERENCES organisation,
    office_path ltree NOT NULL,
    role        text NOT NULL,
    due_at      timestamptz NOT NULL,
    status      text NOT NULL CHECK (status IN ('OPEN', 'DECIDED', 'CANCELLED')),
    UNIQUE (change_id, step_no, round, seat)
);
CREATE INDEX task_inbox ON task (office_id, role, due_at, id) WHERE status = 'OPEN';
CREATE INDEX task_office_path ON task USING gist (office_path) WHERE status = 'OPEN';

-- A slip is what a person said to a running change; it is counted or refused
-- by the worker, once. The same key from the same account is the same slip.
CREATE TABLE slip (
    id             uuid PRIMARY KEY,
    change_id      uuid NOT NULL REFERENCES change,
    account_id     uuid NOT NULL,
    office_id      uuid NOT NULL REFERENCES organisation,
    verb           text NOT NULL,
    step_no        int NOT NULL,
    round          int NOT NULL,
    task_id        uuid REFERENCES task,
    opinion        text NOT NULL DEFAULT '',
    body           jsonb NOT NULL DEFAULT '{}',
    key            text NOT NULL,
    body_hash      bytea NOT NULL,
    created_at     timestamptz NOT NULL,
    outcome        text NOT NULL DEFAULT 'PENDING' CHECK (outcome IN ('PENDING', 'COUNTED', 'REFUSED')),
    outcome_code   text NOT NULL DEFAULT '',
    outcome_params jsonb NOT NULL DEFAULT '{}',
    settled_at     timestamptz,
    UNIQUE (account_id, key),
    CHECK ((outcome = 'PENDING') = (settled_at IS NULL))
);
CREATE INDEX slip_pending ON slip (change_id, created_at, id) WHERE outcome = 'PENDING';

CREATE TABLE decision (
    change_id   uuid NOT NULL REFERENCES change,
    step_no     int NOT NULL,
    round       int NOT NULL,
    task_id     uuid NOT NULL REFERENCES task,
    slip_id     uuid NOT NULL UNIQUE REFERENCES slip,
    account_id  uuid NOT NULL,
    office_id   uuid NOT NULL REFERENCES organisation,
    role        text NOT NULL,
    verdict     text NOT NULL CHECK (verdict IN ('APPROVE', 'REJECT', 'SEND_BACK')),
    opinion     text NOT NULL,
    decided_at  timestamptz NOT NULL,
    PRIMARY KEY (change_id, step_no, round, task_id)
);
CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE ON decision FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

-- What happened, in order: the timeline everybody reads.
CREATE TABLE change_event (
    id         uuid PRIMARY KEY,
    change_id  uuid NOT NULL REFERENCES change,
    at         timestamptz NOT NULL,
    verb       text NOT NULL,
    step_no    int NOT NULL,
    round      int NOT NULL,
    account_id uuid,
    office_id  uuid REFERENCES organisation,
    opinion    text NOT NULL DEFAULT '',
    params     jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX change_event_change ON change_event (change_id, at, id);
-- Time passes once: a reminder of a step is sent once however often the worker looks.
-- The same comment of the same person with the same key is written once.
CREATE UNIQUE INDEX change_event_comment ON change_event (account_id, (params ->> 'key')) WHERE verb = 'COMMENT';
CREATE UNIQUE INDEX change_event_time ON change_event (change_id, step_no, round, verb)
    WHERE verb IN ('REMINDED_50', 'REMINDED_80', 'OVERDUE', 'TOTAL_WARNED');
CREATE TRIGGER change_event_append_only BEFORE UPDATE OR DELETE ON change_event FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

CREATE TABLE evidence (
    id          uuid PRIMARY KEY,
    org_id      uuid NOT NULL REFERENCES organisation,
    org_path    ltree NOT NULL,
    uploaded_by uuid NOT NULL,
    file_name   text NOT NULL,
    media_type  text NOT NULL,
    size        bigint NOT NULL,
    sha256      bytea NOT NULL,
    blob_key    text NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE TABLE change_evidence (
    change_id   uuid NOT NULL REFERENCES change,
    evidence_id uuid NOT NULL REFERENCES evidence,
    kind        text NOT NULL,
    round       int NOT NULL,
    PRIMARY KEY (change_id, evidence_id)
);

-- Notices (通知): one per recipient office and role, once per occasion.
CREATE TABLE notice (
    id         uuid PRIMARY KEY,
    org_id     uuid NOT NULL REFERENCES organisation,
    org_path   ltree NOT NULL,
    role       text NOT NULL,
    account_id uuid,                              -- set when it is meant for one person
    change_id  uuid NOT NULL REFERENCES change,
    kind       text NOT NULL,
    step_no    int NOT NULL,
    round      int NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (change_id, kind, step_no, round, org_id, role)
);
CREATE INDEX notice_office ON notice (org_id, created_at DESC, id DESC);

-- filed_here says whether a change was filed by an office in scope: sides and
-- slots may be written for such a change only. (A definer function, because the
-- policies of change and change_party would ask each other for ever.)
-- +goose StatementBegin
CREATE FUNCTION filed_here(change_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM change c WHERE c.id = filed_here.change_id AND c.org_path <@ (SELECT scope()))
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION filed_here(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION filed_here(uuid) TO xueji_app;

-- Which changes the transaction's scope may see: those with a party inside it.
-- +goose StatementBegin
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['change', 'change_party', 'slot', 'step', 'task', 'slip', 'decision', 'change_event', 'evidence', 'change_evidence', 'notice'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner_all ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY worker_all ON %I TO xueji_worker USING (true) WITH CHECK (true)', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['step', 'task', 'slip', 'decision', 'change_event', 'change_evidence'] LOOP
        EXECUTE format('CREATE POLICY app_party ON %I TO xueji_app USING (EXISTS (
            SELECT 1 FROM change_party p WHERE p.change_id = %I.change_id AND p.org_path <@ (SELECT scope()))) WITH CHECK (EXISTS (
            SELECT 1 FROM change_party p WHERE p.change_id = %I.change_id AND p.org_path <@ (SELECT scope())))', t, t, t);
    END LOOP;
END $$;
-- +goose StatementEnd
CREATE POLICY app_party ON change FOR SELECT TO xueji_app USING (org_path <@ (SELECT scope()) OR EXISTS (
    SELECT 1 FROM change_party p WHERE p.change_id = change.id AND p.org_path <@ (SELECT scope())));
CREATE POLICY app_file ON change FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope()));
CREATE POLICY app_scope ON change_party TO xueji_app USING (org_path <@ (SELECT scope())) WITH CHECK (filed_here(change_id));
CREATE POLICY app_insert ON slot FOR INSERT TO xueji_app WITH CHECK (filed_here(change_id));
CREATE POLICY app_own ON evidence FOR INSERT TO xueji_app WITH CHECK (org_path <@ (SELECT scope()));
CREATE POLICY app_read ON evidence FOR SELECT TO xueji_app USING (org_path <@ (SELECT scope()) OR EXISTS (
    SELECT 1 FROM change_evidence e JOIN change_party p USING (change_id) WHERE e.evidence_id = evidence.id AND p.org_path <@ (SELECT scope())));
CREATE POLICY app_scope ON notice FOR SELECT TO xueji_app USING (org_path <@ (SELECT scope()));

GRANT SELECT, INSERT ON change, change_party, step, task, change_evidence, evidence, change_event, slip TO xueji_app;
REVOKE INSERT ON slip FROM xueji_app;
GRANT INSERT (id, change_id, account_id, office_id, verb, step_no, round, task_id, opinion, body, key, body_hash, created_at) ON slip TO xueji_app;
GRANT INSERT ON slot TO xueji_app;
GRANT SELECT ON decision, notice TO xueji_app;
GRANT SELECT, UPDATE ON change, step, slip TO xueji_worker;
GRANT SELECT, INSERT, UPDATE ON task, step, change_party TO xueji_worker;
GRANT SELECT, INSERT ON decision, change_event, notice, change_evidence TO xueji_worker;
GRANT SELECT ON evidence TO xueji_worker;
GRANT SELECT, DELETE ON slot TO xueji_worker;

-- slot_holder says which change holds a student's slot, and whether the caller
-- may know more than that it is held (异动中).
-- +goose StatementBegin
CREATE FUNCTION slot_holder(slot_key text, OUT change_id uuid, OUT visible boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s.change_id, EXISTS (SELECT 1 FROM change_party p WHERE p.change_id = s.change_id AND p.org_path <@ (SELECT scope()))
    FROM slot s WHERE s.key = slot_key
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION slot_holder(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION slot_holder(text) TO xueji_app, xueji_worker;

-- +goose Down
DROP FUNCTION slot_holder(text);
DROP TABLE notice, change_evidence, evidence, change_event, decision, slip, task, step, slot, change_party, change;
DROP FUNCTION filed_here(uuid);
DROP SEQUENCE change_case_no;
