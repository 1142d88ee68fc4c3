package bench

import (
	"io"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
)

// Every kind of change really runs, over HTTP and bare, and the register is
// asked: a bench that counts cases which did not happen would be fast.
func TestEverySceneHappens(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true})
	o := Options{Config: s.Config, Clients: 2, Modes: Modes(), Progress: io.Discard}
	o.Config.Keys.Dir = filepath.Join(s.Config.VarDir, "keys")
	bare, err := startBare(o.Config)
	require.NoError(t, err)
	defer bare.stop()
	x, err := startXueji(t.Context(), o)
	require.NoError(t, err)
	defer x.stop()
	require.NoError(t, bare.start(t.Context()))

	const cases = 5
	for _, kind := range scenes() {
		t.Run(kind.name, func(t *testing.T) {
			for _, m := range append(bare.modes(kind), x.mode(kind)) {
				done, err := runRound(t.Context(), m, o.Clients, cases)
				require.NoError(t, err, m.name())
				require.Len(t, done.decisions, cases*kind.shape.Decisions, m.name())
			}
			m := x.mode(kind)
			require.ErrorContains(t, m.verify(t.Context(), 1), "0 of 1", "what did not happen is noticed")
			require.NoError(t, m.prepare(t.Context(), cases))
			done, err := drive(t.Context(), o.Clients, cases-1, m.decideOne)
			require.NoError(t, err)
			require.Equal(t, cases-1, done.cases)
			m.done[0] = append(m.done[0], slices.Concat(m.waiting...)[0]) // a case that nobody filed
			require.ErrorContains(t, m.verify(t.Context(), cases), "4 of 5", "a case that is not in force is noticed")
		})
	}
}

// A roster that is checked, and takes effect, as a job is measured to its end.
func TestALongRosterIsImportedToItsEnd(t *testing.T) {
	s := e2e.New(t, e2e.Options{NoWorker: true, LongList: 5})
	o := Options{Config: s.Config, Clients: 1, Rows: 12, Rounds: 1, Progress: io.Discard}
	o.Config.Keys.Dir = filepath.Join(s.Config.VarDir, "keys")
	x, err := startXueji(t.Context(), o)
	require.NoError(t, err)
	defer x.stop()
	figures, err := measureImport(t.Context(), o, x)
	require.NoError(t, err)
	require.Positive(t, figures.Whole.Median)
}
