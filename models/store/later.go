package store

import (
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
	// unique is the constraint that the statement breaks when somebody was faster,
	// and refusal what a person is told then.
	unique  string
	refusal error
}

const anyRows = -1

// later queues a statement whose result nothing waits for. All that is queued
// travels in one round trip, before the next statement that is not queued (so
// every read sees it) or before the commit. Steps of a change are a dozen
// writes: sent one by one, waiting for answers was most of what a decision took.
func (t *Tx) later(doing string, rows int64, query string, args ...any) {
	t.queue = append(t.queue, queued{doing: doing, query: numbered(query), args: args, rows: rows})
}

// laterUnless queues a statement that writes one row, unless somebody was faster:
// when it breaks the unique constraint, the flush fails with the refusal and
// nothing around it. Flush where people wait for that answer.
func (t *Tx) laterUnless(unique string, refusal error, doing, query string, args ...any) {
	t.queue = append(t.queue, queued{doing: doing, query: numbered(query), args: args, rows: 1, unique: unique, refusal: refusal})
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
	return t.raw(func(c *pgx.Conn) error {
		batch := &pgx.Batch{}
		for _, q := range list {
			batch.Queue(q.query, q.args...)
		}
		answers := c.SendBatch(t.ctx, batch)
		for _, q := range list {
			tag, err := answers.Exec()
			if err == nil && q.rows != anyRows && tag.RowsAffected() != q.rows {
				err = fmt.Errorf("%d rows instead of %d", tag.RowsAffected(), q.rows)
			}
			if err != nil {
				_ = answers.Close() // repeats the error, or has none of its own
				if q.refusal != nil && violates(err) == q.unique {
					return q.refusal
				}
				return fmt.Errorf("%s: %w", q.doing, err)
			}
		}
		return answers.Close()
	})
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
