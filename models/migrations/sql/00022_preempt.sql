-- +goose Up
-- The worker ends a change when other business of the pupil goes before it, and
-- tells the workflow of that one in the same transaction.
GRANT INSERT ON outbox TO xueji_worker;

-- +goose Down
REVOKE INSERT ON outbox FROM xueji_worker;
