package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// queued is a statement that waits for flush.
type queued struct {
	doing string // for the error: "open a step"
	query string
	args  []any
	rows  int64 // how many it must touch; anyRows does not look
	// lost tells what a person hears when the statement wrote no row, because
	// somebody was faster.
	lost func() error
}

const anyRows = -1

// later queues a statement whose result nothing waits for. All that is queued
// travels in one round trip, before the next statement that is not queued (so
// every read sees it) or before the commit. Steps of a change are a dozen
// writes: sent one by one, waiting for answers was most of what a decision took.
func (t *Tx) later(doing string, rows int64, query string, args ...any) {
	t.queue = append(t.queue, queued{doing: doing, query: numbered(query), args: args, rows: rows})
}

// laterOr queues a statement that writes one row (ON CONFLICT DO NOTHING, which
// waits for whoever is writing the same at this moment), or none when somebody was
// faster: the flush then fails with what lost says, and nothing around it. lost may
// read. Flush where people wait for that answer.
func (t *Tx) laterOr(lost func() error, doing, query string, args ...any) {
	t.queue = append(t.queue, queued{doing: doing, query: numbered(query), args: args, rows: 1, lost: lost})
}

// txKey finds the transaction in the context of a GORM statement.
type txKey struct{}

// flushBefore makes GORM send what is queued before any statement of its own.
func flushBefore(g *gorm.DB) error {
	flush := func(db *gorm.DB) {
		if t, ok := db.Statement.Context.Value(txKey{}).(*Tx); ok {
			_ = db.AddError(t.flush()) // kept in db, which then runs nothing
		}
	}
	return errors.Join(
		g.Callback().Query().Before("gorm:query").Register("xueji:flush", flush),
		g.Callback().Row().Before("gorm:row").Register("xueji:flush", flush),
		g.Callback().Raw().Before("gorm:raw").Register("xueji:flush", flush),
		g.Callback().Create().Before("gorm:create").Register("xueji:flush", flush),
		g.Callback().Update().Before("gorm:update").Register("xueji:flush", flush),
		g.Callback().Delete().Before("gorm:delete").Register("xueji:flush", flush),
	)
}

const savepoint = `SAVEPOINT slip`

// flush sends what is queued, in its order. A failure is that of the first
// statement that failed; the transaction is then good for a rollback only.
func (t *Tx) flush() error {
	list := t.queue
	t.queue = nil
	if len(list) == 0 {
		return nil
	}
	var lost func() error
	err := t.raw(func(c *pgx.Conn) (err error) {
		lost, err = send(t.ctx, c, list)
		return err
	})
	if err == nil && lost != nil {
		return lost()
	}
	return err
}

// send sends statements in one round trip, and stops at one that somebody else made needless.
func send(ctx context.Context, c *pgx.Conn, list []queued) (lost func() error, err error) {
	batch := &pgx.Batch{}
	for _, q := range list {
		batch.Queue(q.query, q.args...)
	}
	answers := c.SendBatch(ctx, batch)
	for _, q := range list {
		tag, err := answers.Exec()
		if err == nil && tag.RowsAffected() == 0 && q.lost != nil {
			_ = answers.Close() // what failed after it failed because of it
			return q.lost, nil
		}
		if err == nil && q.rows != anyRows && tag.RowsAffected() != q.rows {
			err = fmt.Errorf("%d rows instead of %d", tag.RowsAffected(), q.rows)
		}
		if err != nil {
			_ = answers.Close() // repeats the error, or has none of its own
			return nil, fmt.Errorf("%s: %w", q.doing, err)
		}
	}
	return nil, answers.Close()
}

// numbered turns the question marks of a statement into PostgreSQL's $1, $2 …
// as GORM does; statements hold no question mark of another meaning.
func numbered(query string) string {
	var b strings.Builder
	n := 0
	for part := range strings.SplitSeq(query, "?") {
		if n > 0 {
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		}
		b.WriteString(part)
		n++
	}
	return b.String()
}
