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
	Clients int           `json:"clients"`
	Rounds  int           `json:"rounds"`
	Cases   []CaseFigures `json:"cases,omitempty"`
	// OfLocal and OfRegular are Xueji's cases per second divided by the bare
	// engine's; Xueji runs local activities, so OfLocal is the one that counts.
	OfLocal   float64 `json:"ratio_of_bare_local,omitempty"`
	OfRegular float64 `json:"ratio_of_bare_regular,omitempty"`
	// Slower is how many times the bare decision's median (local) Xueji's is.
	Slower float64        `json:"decision_p50_times_bare_local,omitempty"`
	Import *ImportFigures `json:"import,omitempty"`
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

// compare relates Xueji, which comes last, to the bare engine.
func (r *Report) compare() {
	x := r.Cases[len(r.Cases)-1]
	for _, bare := range r.Cases {
		switch bare.Mode {
		case regular:
			r.OfRegular = x.PerSec.Median / bare.PerSec.Median
		case local:
			r.OfLocal = x.PerSec.Median / bare.PerSec.Median
			r.Slower = x.P50.Median / bare.P50.Median
		}
	}
}

// The goals of the first version.
const (
	goalRatio  = 0.7
	goalSlower = 2.0
)

// WriteText writes the report for a person.
func (r *Report) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Medians of %d rounds, lowest to highest in brackets; %d clients.\n"+
		"Temporal is the server of the settings, by default the development server on SQLite: it has no PostgreSQL mode.\n", r.Rounds, r.Clients)
	if len(r.Cases) > 0 {
		fmt.Fprintf(&b, "\n%-26s %-26s %-26s %s\n", "cases with 2 decisions", "cases/s", "decision p50 ms", "decision p99 ms")
		for _, c := range r.Cases {
			fmt.Fprintf(&b, "%-26s %-26s %-26s %s\n", c.Mode, c.PerSec, c.P50, c.P99)
		}
		fmt.Fprintf(&b, "\nXueji does %.2f of the bare engine with local activities, as Xueji runs (goal %.1f: %s), %.2f of it with regular ones.\n",
			r.OfLocal, goalRatio, met(r.OfLocal >= goalRatio), r.OfRegular)
		fmt.Fprintf(&b, "A decision takes %.2f times the bare one (goal at most %.0f: %s).\n", r.Slower, goalSlower, met(r.Slower <= goalSlower))
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
	_, err := io.WriteString(w, b.String())
	return err
}

func met(yes bool) string {
	if yes {
		return "met"
	}
	return "not met"
}
