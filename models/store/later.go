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

// queuedStatement is a statement that waits for flush.
type queuedStatement struct {
	doing string // for the error: "open a step"
	query string
	args  []any
	rows  int64 // how many rows it must touch; AnyRows means any number
	// onNoRow returns the error for a person when the statement wrote no row, because another
	// transaction was faster.
	onNoRow func() error
}

// AnyRows says that a queued statement may touch any number of rows.
const AnyRows = -1

// Later queues a statement whose result is not needed. All queued statements travel in
// one round trip, before the next statement that is not queued (so that every read sees
// them) or before the commit. A step of a change takes a dozen writes; sent one by one,
// waiting for answers took most of the time of a decision.
func (t *Tx) Later(doing string, rows int64, query string, args ...any) {
	t.queue = append(t.queue, queuedStatement{doing: doing, query: numberPlaceholders(query), args: args, rows: rows})
}

// LaterOr queues a statement with ON CONFLICT DO NOTHING that writes one row, or none
// when another transaction was faster. It waits for a transaction that is writing the
// same row. When no row is written, the flush fails with the error of lost alone. lost
// may read. Flush where a person waits for that answer.
func (t *Tx) LaterOr(lost func() error, doing, query string, args ...any) {
	t.queue = append(t.queue, queuedStatement{doing: doing, query: numberPlaceholders(query), args: args, rows: 1, onNoRow: lost})
}

// txKey is the key of the transaction in the context of a GORM statement.
type txKey struct{}

// flushBefore makes GORM send the queued statements before every statement of its own.
func flushBefore(g *gorm.DB) error {
	flush := func(db *gorm.DB) {
		if t, ok := db.Statement.Context.Value(txKey{}).(*Tx); ok {
			_ = db.AddError(t.Flush()) // kept in db, which then runs nothing
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

// Flush sends the queued statements in their order. Its error is that of the first
// statement that failed; after it the transaction can only be rolled back.
func (t *Tx) Flush() error {
	list := t.queue
	t.queue = nil
	if len(list) == 0 {
		return nil
	}
	var lost func() error
	err := t.Raw(func(c *pgx.Conn) (err error) {
		lost, err = send(t.ctx, c, list)
		return err
	})
	if err == nil && lost != nil {
		return lost()
	}
	return err
}

// send sends statements in one round trip. It stops at a statement that lost against
// another transaction.
func send(ctx context.Context, c *pgx.Conn, list []queuedStatement) (lost func() error, err error) {
	batch := &pgx.Batch{}
	for _, q := range list {
		batch.Queue(q.query, q.args...)
	}
	answers := c.SendBatch(ctx, batch)
	for _, q := range list {
		tag, err := answers.Exec()
		if err == nil && tag.RowsAffected() == 0 && q.onNoRow != nil {
			_ = answers.Close() // later statements fail because of this one
			return q.onNoRow, nil
		}
		if err == nil && q.rows != AnyRows && tag.RowsAffected() != q.rows {
			err = fmt.Errorf("%d rows instead of %d", tag.RowsAffected(), q.rows)
		}
		if err != nil {
			_ = answers.Close() // repeats the error, or has none of its own
			return nil, fmt.Errorf("%s: %w", q.doing, err)
		}
	}
	return nil, answers.Close()
}

// numberPlaceholders turns the question marks of a statement into PostgreSQL's $1, $2 … as GORM
// does. A statement has no question mark with another meaning.
func numberPlaceholders(query string) string {
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
