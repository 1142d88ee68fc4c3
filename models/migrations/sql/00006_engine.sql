-- +goose Up
-- What the change engine asks about people and offices beyond a caller's
-- scope: yes or no, and the name of a member of staff for the timeline.

-- office_can_act says whether an active account holds a role at an office,
-- other than one account (the applicant: who submits does not review).
-- +goose StatementBegin
CREATE FUNCTION office_can_act(office uuid, needed text, except_account uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM account a WHERE a.org_id = office AND needed = ANY (a.roles)
        AND a.sealed_at IS NULL AND a.closed_at IS NULL AND a.id IS DISTINCT FROM except_account)
$$;

-- account_holds says whether an account is active and holds a role at an office.
CREATE FUNCTION account_holds(holder uuid, office uuid, needed text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM account a WHERE a.id = holder AND a.org_id = office AND needed = ANY (a.roles)
        AND a.sealed_at IS NULL AND a.closed_at IS NULL)
$$;

-- account_label names a member of staff and the office, for those who read a
-- change they are party to.
CREATE FUNCTION account_label(holder uuid, OUT name text, OUT office text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.name, o.name FROM account a JOIN organisation o ON o.id = a.org_id WHERE a.id = holder
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION office_can_act(uuid, text, uuid), account_holds(uuid, uuid, text), account_label(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION office_can_act(uuid, text, uuid), account_holds(uuid, uuid, text), account_label(uuid) TO xueji_app, xueji_worker;

-- Who runs the upkeep; one row, written by the worker that leads.
CREATE TABLE worker_beat (
    name    text PRIMARY KEY,
    beat_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON worker_beat TO xueji_worker;
GRANT SELECT ON worker_beat TO xueji_app;

-- +goose Down
DROP TABLE worker_beat;
DROP FUNCTION account_label(uuid), account_holds(uuid, uuid, text), office_can_act(uuid, text, uuid);
