package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Report is what was measured.
type Report struct {
	Clients int            `json:"clients"`
	Rounds  int            `json:"rounds"`
	Scenes  []SceneFigures `json:"scenes,omitempty"`
	Import  *ImportFigures `json:"import,omitempty"`
	Turn    *TurnFigures   `json:"turn,omitempty"`
}

// SceneFigures compare one kind of change with the bare engine's cases of the
// same shape.
type SceneFigures struct {
	Name      string        `json:"name"`
	Title     string        `json:"title"`
	Decisions int           `json:"decisions"`
	Automatic int           `json:"automatic_steps"`
	Cases     []CaseFigures `json:"cases"`
	// OfLocal and OfRegular are Xueji's cases per second divided by the bare
	// engine's; Xueji runs local activities, so OfLocal is the one that counts.
	OfLocal   float64 `json:"ratio_of_bare_local"`
	OfRegular float64 `json:"ratio_of_bare_regular,omitempty"`
	// Slower is how many times the bare decision's median (local) Xueji's is.
	Slower float64 `json:"decision_p50_times_bare_local"`
	// Goals says that the goals of the first version are about this kind.
	Goals bool `json:"goals,omitempty"`
}

// CaseFigures are the figures of one mode.
type CaseFigures struct {
	Mode     string `json:"mode"`
	PerRound int    `json:"cases_per_round"`
	PerSec   Spread `json:"cases_per_second"`
	P50      Spread `json:"decision_p50_ms"`
	P99      Spread `json:"decision_p99_ms"`
}

// Spread is a median with what lies around it.
type Spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

func spreadOf[T any](list []T, value func(T) float64) Spread {
	values := make([]float64, len(list))
	for i, item := range list {
		values[i] = value(item)
	}
	slices.Sort(values)
	return Spread{Median: values[len(values)/2], Min: values[0], Max: values[len(values)-1]}
}

func (s Spread) String() string { return fmt.Sprintf("%8.1f (%.1f to %.1f)", s.Median, s.Min, s.Max) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func figuresOf(name string, rounds []round) CaseFigures {
	return CaseFigures{
		Mode: name, PerRound: rounds[0].cases, PerSec: spreadOf(rounds, round.perSecond),
		P50: spreadOf(rounds, func(r round) float64 { return milliseconds(r.percentile(50)) }),
		P99: spreadOf(rounds, func(r round) float64 { return milliseconds(r.percentile(99)) }),
	}
}

// compared relates Xueji, which comes last, to the bare engine.
func compared(s scene, cases []CaseFigures) SceneFigures {
	f := SceneFigures{Name: s.name, Title: s.title, Decisions: s.shape.Decisions, Automatic: min(s.shape.Errand, 1), Cases: cases, Goals: s.first}
	x := cases[len(cases)-1]
	for _, bare := range cases {
		switch bare.Mode {
		case regular:
			f.OfRegular = x.PerSec.Median / bare.PerSec.Median
		case local:
			f.OfLocal = x.PerSec.Median / bare.PerSec.Median
			f.Slower = x.P50.Median / bare.P50.Median
		}
	}
	return f
}

// The goals of the first version.
const (
	goalRatio  = 0.7
	goalSlower = 2.0
)

func (f SceneFigures) write(w io.Writer) {
	shape := fmt.Sprintf("%d decisions", f.Decisions)
	if f.Automatic > 0 {
		shape += fmt.Sprintf(" and %d automatic step", f.Automatic)
	}
	_, _ = fmt.Fprintf(w, "\n%s: %s\n%-26s %-26s %-26s %s\n", f.Title, shape, "", "cases/s", "decision p50 ms", "decision p99 ms")
	for _, c := range f.Cases {
		_, _ = fmt.Fprintf(w, "%-26s %-26s %-26s %s\n", c.Mode, c.PerSec, c.P50, c.P99)
	}
	if !f.Goals {
		_, _ = fmt.Fprintf(w, "Xueji does %.2f of the bare engine with cases of this shape; a decision takes %.2f times the bare one.\n", f.OfLocal, f.Slower)
		return
	}
	_, _ = fmt.Fprintf(w, "Xueji does %.2f of the bare engine with local activities, as Xueji runs (goal %.1f: %s), %.2f of it with regular ones.\n",
		f.OfLocal, goalRatio, met(f.OfLocal >= goalRatio), f.OfRegular)
	_, _ = fmt.Fprintf(w, "A decision takes %.2f times the bare one (goal at most %.0f: %s).\n", f.Slower, goalSlower, met(f.Slower <= goalSlower))
}

// WriteText writes the report for a person.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Medians of %d rounds, lowest to highest in brackets; %d clients.\n"+
		"Temporal is the server of the settings, by default the embedded one, on the same PostgreSQL server as the register.\n", r.Rounds, r.Clients)
	for _, f := range r.Scenes {
		f.write(&b)
	}
	if i := r.Import; i != nil {
		fmt.Fprintf(&b, "\n%-40s %s\n", fmt.Sprintf("roster of %d rows", i.Rows), "rows/s")
		for _, line := range []struct {
			name string
			s    Spread
		}{
			{"upload, check, stage over HTTP", i.Staged}, {"file, approve twice, enrol", i.Enrolled}, {"the whole import", i.Whole},
			{"merely iterate the file (excelize)", i.Iterated}, {"merely read the cells with types", i.Read}, {"COPY into an unlogged table", i.Copied},
		} {
			fmt.Fprintf(&b, "%-40s %s\n", line.name, line.s)
		}
		fmt.Fprintf(&b, "\nThe whole import runs at %.2f of iterating the file, %.3f of COPY; the upload and check alone at %.2f of iterating.\n",
			i.OfIterated, i.OfCopied, i.StagedOfIterated)
	}
	if r.Turn != nil {
		r.Turn.write(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func met(yes bool) string {
	if yes {
		return "met"
	}
	return "not met"
}
