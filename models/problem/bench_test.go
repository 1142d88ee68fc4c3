package problem_test

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/crowd"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/storetest"
	"github.com/xueji/xueji/models/student"
)

var pupils = flag.Int("pupils", 20_000, "how many pupils the register of the benchmark holds")

// BenchmarkDoubles fills a register, searches the whole of it for doubles, and then checks
// one record after the other, each in a transaction that writes what it found.
func BenchmarkDoubles(b *testing.B) {
	r := storetest.New(b)
	r.Fill(crowd.Of(*pupils))
	begun := time.Now()
	r.MustIn(r.Worker, "", func(tx *change.Tx) error { return problem.BeginSearch(tx.Tx) })
	looked := searchAll(r, 500).Looked
	b.Logf("%d records searched, %.0f a second, %d problems", looked, float64(looked)/time.Since(begun).Seconds(), r.Count(`SELECT count(*) FROM student_problem`))
	r.Analyse()
	r.Dedupe()
	ids := r.Texts(`SELECT id::text FROM student`)
	var took []time.Duration
	for b.Loop() {
		id := uuid.MustParse(ids[rand.IntN(len(ids))])
		r.MustIn(r.Worker, "", func(tx *change.Tx) error {
			student.SearchDoublesAgain(tx.Tx, id)
			return nil
		})
		begun := time.Now()
		r.MustIn(r.Worker, "", func(tx *change.Tx) error {
			n, err := problem.Dedupe(tx.Tx, 1)
			require.Equal(b, 1, n)
			return err
		})
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	for name, at := range map[string]int{"p50-ms": len(took) / 2, "p99-ms": len(took) * 99 / 100} {
		b.ReportMetric(float64(took[min(at, len(took)-1)].Microseconds())/1000, name)
	}
}
