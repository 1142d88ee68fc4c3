-- +goose Up
-- What people do at a step beside deciding it: seats that several share (会签),
-- claims, transfers, delegations, added signers, decisions taken back, proxies.

-- A task is one seat. The state of a step follows from what its seats have said
-- (package countersign); who is asked now is OPEN, who waits for others WAITING.
ALTER TABLE task ADD COLUMN side text NOT NULL DEFAULT '';
ALTER TABLE task ADD COLUMN place int NOT NULL DEFAULT 1;          -- among the step's own seats
ALTER TABLE task ADD COLUMN parent_id uuid REFERENCES task;        -- the seat this one was added to (加签)
ALTER TABLE task ADD COLUMN before boolean NOT NULL DEFAULT false; -- and speaks before it
ALTER TABLE task ADD COLUMN verdict text NOT NULL DEFAULT '' CHECK (verdict IN ('', 'APPROVE', 'REJECT', 'SEND_BACK'));
-- The one person who may decide; NULL: anybody with the role at the office.
ALTER TABLE task ADD COLUMN holder_id uuid;
ALTER TABLE task ADD COLUMN held_as text NOT NULL DEFAULT ''
    CHECK (held_as IN ('', 'CLAIMED', 'TRANSFERRED', 'DELEGATED', 'ADDED', 'NAMED', 'RETURNED', 'HANDED_OVER'));
ALTER TABLE task ADD COLUMN held_since timestamptz;
ALTER TABLE task ADD COLUMN owner_id uuid;                         -- of a delegated seat: it comes back to
ALTER TABLE task ADD COLUMN added_by uuid;
ALTER TABLE task ADD COLUMN carried_from uuid REFERENCES task;     -- the seat whose decision still counts after 取回
ALTER TABLE task ADD CHECK ((holder_id IS NULL) = (held_as = ''));
ALTER TABLE task ADD CHECK (owner_id IS NULL OR held_as = 'DELEGATED');
ALTER TABLE task DROP CONSTRAINT task_status_check;
ALTER TABLE task ADD CONSTRAINT task_status_check CHECK (status IN ('OPEN', 'WAITING', 'DECIDED', 'CANCELLED', 'REMOVED', 'TAKEN_BACK'));
CREATE INDEX task_holder ON task (holder_id, due_at, id) WHERE status = 'OPEN' AND holder_id IS NOT NULL;
CREATE INDEX task_owner ON task (owner_id) WHERE status = 'OPEN' AND owner_id IS NOT NULL;
CREATE INDEX task_parent ON task (parent_id) WHERE parent_id IS NOT NULL;

-- Where a change returns to when the step it was sent back to is done: straight to
-- the step that sent it back, 0 for step by step.
ALTER TABLE change ADD COLUMN jump_to int NOT NULL DEFAULT 0;
ALTER TABLE change ADD COLUMN jump_holder uuid;
ALTER TABLE change DROP COLUMN return_to;
-- What jump_to was when the step opened, for a decision that is taken back.
ALTER TABLE step ADD COLUMN jump_to int NOT NULL DEFAULT 0;

-- Who is away names somebody who acts for them, for a time (代理).
CREATE TABLE proxy (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account,  -- who is away
    proxy_id    uuid NOT NULL REFERENCES account,  -- who acts
    org_id      uuid NOT NULL REFERENCES organisation,
    org_path    ltree NOT NULL,
    from_at     timestamptz NOT NULL,
    until_at    timestamptz NOT NULL,
    reason      text NOT NULL,
    created_by  uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    revoked_by  uuid,
    revoked_at  timestamptz,
    CHECK (account_id <> proxy_id),
    CHECK (from_at < until_at),
    CHECK ((revoked_by IS NULL) = (revoked_at IS NULL))
);
CREATE INDEX proxy_acting ON proxy (proxy_id, until_at) WHERE revoked_at IS NULL;
CREATE INDEX proxy_org ON proxy (org_id, until_at DESC, id DESC);
ALTER TABLE proxy ENABLE ROW LEVEL SECURITY;
ALTER TABLE proxy FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON proxy TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON proxy TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_scope ON proxy TO xueji_app USING (org_path <@ (SELECT scope())) WITH CHECK (org_path <@ (SELECT scope()));
GRANT SELECT, INSERT, UPDATE (revoked_by, revoked_at) ON proxy TO xueji_app;
GRANT SELECT ON proxy TO xueji_worker;

-- Both names stand in the record.
ALTER TABLE decision ADD COLUMN for_account uuid;
ALTER TABLE change_event ADD COLUMN for_account uuid;

-- An opinion somebody has not handed in yet; nobody else reads it.
CREATE TABLE opinion_draft (
    account_id uuid NOT NULL,
    task_id    uuid NOT NULL REFERENCES task,
    verdict    text NOT NULL DEFAULT '',
    opinion    text NOT NULL,
    saved_at   timestamptz NOT NULL,
    PRIMARY KEY (account_id, task_id)
);
ALTER TABLE opinion_draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE opinion_draft FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON opinion_draft TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON opinion_draft TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_own ON opinion_draft TO xueji_app USING (account_id = acting_account())
    WITH CHECK (account_id = acting_account() AND EXISTS (SELECT 1 FROM task k WHERE k.id = task_id));
GRANT SELECT, INSERT, UPDATE, DELETE ON opinion_draft TO xueji_app;
GRANT SELECT, DELETE ON opinion_draft TO xueji_worker;

-- Whom a change was shown to (抄送): people of offices that may read it anyway.
CREATE TABLE change_copy (
    change_id  uuid NOT NULL REFERENCES change,
    account_id uuid NOT NULL REFERENCES account,
    org_id     uuid NOT NULL REFERENCES organisation,
    org_path   ltree NOT NULL,
    sent_by    uuid NOT NULL,
    sent_at    timestamptz NOT NULL,
    PRIMARY KEY (change_id, account_id)
);
CREATE INDEX change_copy_account ON change_copy (account_id, sent_at DESC, change_id);
ALTER TABLE change_copy ENABLE ROW LEVEL SECURITY;
ALTER TABLE change_copy FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON change_copy TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY worker_all ON change_copy TO xueji_worker USING (true) WITH CHECK (true);
CREATE POLICY app_read ON change_copy FOR SELECT TO xueji_app USING (account_id = acting_account() AND EXISTS (
    SELECT 1 FROM change_party p WHERE p.change_id = change_copy.change_id AND p.org_path <@ (SELECT scope())));
GRANT SELECT ON change_copy TO xueji_app;
GRANT SELECT, INSERT ON change_copy TO xueji_worker;

-- A notice may come again (a second 催办), and may be for one person.
ALTER TABLE notice ADD COLUMN occasion text NOT NULL DEFAULT '';
ALTER TABLE notice DROP CONSTRAINT notice_change_id_kind_step_no_round_org_id_role_key;
CREATE UNIQUE INDEX notice_once ON notice (change_id, kind, step_no, round, org_id, role, occasion, coalesce(account_id, '00000000-0000-0000-0000-000000000000'));

-- acts_for gives the accounts somebody may act for at an office in a role at a
-- moment: their own, when they hold it, first. What a proxy got is not passed on.
-- +goose StatementBegin
CREATE FUNCTION acts_for(actor uuid, office uuid, needed text, at timestamptz) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT actor WHERE account_holds(actor, office, needed)
    UNION ALL
    SELECT p.account_id FROM proxy p JOIN account me ON me.id = p.proxy_id
    WHERE p.proxy_id = actor AND p.org_id = office AND p.revoked_at IS NULL AND p.from_at <= at AND at < p.until_at
        AND me.org_id = office AND me.sealed_at IS NULL AND me.closed_at IS NULL AND account_holds(p.account_id, office, needed)
$$;

-- office_holders gives the active accounts with a role at an office: a step may
-- have a seat for each of them.
CREATE FUNCTION office_holders(office uuid, needed text) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.id FROM account a WHERE a.org_id = office AND needed = ANY (a.roles) AND a.sealed_at IS NULL AND a.closed_at IS NULL ORDER BY a.id
$$;

-- submitted says whether an account handed a change in: who submits does not review.
CREATE FUNCTION submitted(of_change uuid, who uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM change c WHERE c.id = of_change AND c.filed_by = who)
        OR EXISTS (SELECT 1 FROM change_event e WHERE e.change_id = of_change AND e.account_id = who AND e.verb = 'RESUBMIT')
$$;

-- approved_elsewhere says whether an account stands behind an approval at another
-- step, by itself or through a proxy (审批人去重).
CREATE FUNCTION approved_elsewhere(of_change uuid, who uuid, at_step int) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM decision d JOIN task k ON k.id = d.task_id WHERE d.change_id = of_change AND d.step_no <> at_step
        AND d.verdict = 'APPROVE' AND k.status <> 'TAKEN_BACK' AND who IN (d.account_id, d.for_account))
$$;

-- signed_here says whether an account stands behind another seat of the same step.
CREATE FUNCTION signed_here(of_task uuid, who uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM task k JOIN task o ON o.change_id = k.change_id AND o.step_no = k.step_no AND o.round = k.round AND o.id <> k.id
        JOIN decision d ON d.task_id = coalesce(o.carried_from, o.id)
        WHERE k.id = of_task AND o.status = 'DECIDED' AND who IN (d.account_id, d.for_account))
$$;

-- task_able says whether anybody can decide a task now; whoever was asked for an
-- opinion (委派) only has to be there, or the one it goes back to.
CREATE FUNCTION task_able(of_task uuid, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM task k JOIN change c ON c.id = k.change_id
        JOIN account a ON a.org_id = k.office_id AND a.sealed_at IS NULL AND a.closed_at IS NULL
        CROSS JOIN LATERAL (SELECT coalesce((c.definition #>> ARRAY['steps', (k.step_no - 1)::text, 'own'])::boolean, false) OR k.step_no = 0 AS own,
            coalesce((c.definition #>> ARRAY['steps', (k.step_no - 1)::text, 'distinct'])::boolean, false)
                OR c.definition #>> '{policy,same_person}' = 'FORBID' AS distinct_people) r
        CROSS JOIN LATERAL acts_for(a.id, k.office_id, k.role, at) f (id)
        WHERE k.id = of_task AND (k.holder_id IS NULL OR f.id = k.holder_id)
            AND (r.own OR NOT submitted(c.id, a.id) AND NOT submitted(c.id, f.id))
            AND (NOT r.distinct_people OR NOT approved_elsewhere(c.id, a.id, k.step_no) AND NOT approved_elsewhere(c.id, f.id, k.step_no))
            AND NOT signed_here(k.id, a.id) AND NOT signed_here(k.id, f.id))
        OR EXISTS (SELECT 1 FROM task k JOIN account a ON a.id IN (k.holder_id, k.owner_id) AND a.org_id = k.office_id
            WHERE k.id = of_task AND k.held_as = 'DELEGATED' AND a.sealed_at IS NULL AND a.closed_at IS NULL)
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION acts_for(uuid, uuid, text, timestamptz), office_holders(uuid, text), submitted(uuid, uuid),
    approved_elsewhere(uuid, uuid, int), signed_here(uuid, uuid), task_able(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION acts_for(uuid, uuid, text, timestamptz), office_holders(uuid, text), submitted(uuid, uuid),
    approved_elsewhere(uuid, uuid, int), signed_here(uuid, uuid), task_able(uuid, timestamptz) TO xueji_app, xueji_worker;

-- +goose Down
DROP FUNCTION task_able(uuid, timestamptz), signed_here(uuid, uuid), approved_elsewhere(uuid, uuid, int), submitted(uuid, uuid),
    office_holders(uuid, text), acts_for(uuid, uuid, text, timestamptz);
DROP INDEX notice_once;
DELETE FROM notice WHERE occasion <> '' OR account_id IS NOT NULL;
ALTER TABLE notice DROP COLUMN occasion;
ALTER TABLE notice ADD UNIQUE (change_id, kind, step_no, round, org_id, role);
DROP TABLE change_copy, opinion_draft;
ALTER TABLE change_event DROP COLUMN for_account;
ALTER TABLE decision DROP COLUMN for_account;
DROP TABLE proxy;
ALTER TABLE step DROP COLUMN jump_to;
ALTER TABLE change ADD COLUMN return_to int NOT NULL DEFAULT 1;
ALTER TABLE change DROP COLUMN jump_to, DROP COLUMN jump_holder;
UPDATE task SET status = 'CANCELLED' WHERE status IN ('WAITING', 'REMOVED', 'TAKEN_BACK');
ALTER TABLE task DROP CONSTRAINT task_status_check;
ALTER TABLE task ADD CONSTRAINT task_status_check CHECK (status IN ('OPEN', 'DECIDED', 'CANCELLED'));
ALTER TABLE task DROP COLUMN carried_from, DROP COLUMN added_by, DROP COLUMN owner_id, DROP COLUMN held_since, DROP COLUMN held_as,
    DROP COLUMN holder_id, DROP COLUMN verdict, DROP COLUMN before, DROP COLUMN parent_id, DROP COLUMN place, DROP COLUMN side;
