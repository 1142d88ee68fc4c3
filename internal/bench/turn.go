package bench

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
)

// TurnFigures are those of the turn of a school year while one clerk decides.
type TurnFigures struct {
	Pupils int     `json:"pupils"`
	PerSec float64 `json:"rows_per_second"`
	// PeakMiB is the most memory in use by this process, API and worker included, while the
	// turn ran.
	PeakMiB float64 `json:"peak_mib"`
	// Idle and Beside are decisions of a clerk before the turn, and while it ran.
	Idle      float64 `json:"decision_p95_ms_idle"`
	Beside    float64 `json:"decision_p95_ms_beside"`
	Decisions int     `json:"decisions_beside"`
}

// idleCases is how many cases the clerk decides before the turn.
const idleCases = 150

// pupilsOfTurnSchool is how many pupils a school of the turn has.
const pupilsOfTurnSchool = 2500

// measureTurn fills the province with pupils, lets a clerk decide alone, and then beside the
// turn of the school year.
func measureTurn(ctx context.Context, o Options, x *xueji) (*TurnFigures, error) {
	o.say("turn: %d pupils are made up", o.Turn)
	if err := x.land.fillForTurn(ctx, x.home, o.Turn); err != nil {
		return nil, err
	}
	clerk, err := x.clerk(ctx)
	if err != nil {
		return nil, err
	}
	if err := clerk.prepare(ctx, 2*idleCases); err != nil {
		return nil, err
	}
	if _, err := drive(ctx, 1, idleCases/5, clerk.decideOne); err != nil { // warm-up
		return nil, err
	}
	idle, err := drive(ctx, 1, idleCases, clerk.decideOne)
	if err != nil {
		return nil, err
	}
	f := &TurnFigures{Pupils: o.Turn, Idle: milliseconds(idle.percentile(95))}
	return f, x.turnBeside(ctx, o, clerk, f)
}

// clerk is a client of suspensions, who works alone.
func (x *xueji) clerk(ctx context.Context) (*served, error) {
	const after = 900 // of the schools of the other clients
	d, err := x.openDesk(ctx, after)
	if err != nil {
		return nil, err
	}
	alone := *x
	alone.desks = []*desk{d}
	return (&alone).mode(scenes()[0]), nil
}

// turnBeside turns the year while the clerk decides.
func (x *xueji) turnBeside(ctx context.Context, o Options, clerk *served, f *TurnFigures) error {
	head, err := x.headOfProvince(ctx)
	if err != nil {
		return err
	}
	var turn struct {
		Job uuid.UUID `json:"job_id"`
	}
	if _, err := head.post(ctx, "/v1/year-turns", map[string]any{}, &turn); err != nil {
		return err
	}
	var job struct {
		State    string
		Progress struct {
			Rows     int     `json:"rows"`
			RowsDone int     `json:"rows_done"`
			Rate     float64 `json:"rows_per_second"`
		}
	}
	var took []time.Duration
	for job.State != "DONE" {
		if job.State == "FAILED" || job.State == "CANCELLED" {
			return fmt.Errorf("the turn has %s", job.State)
		}
		if len(clerk.waiting[0]) < 10 {
			if err := clerk.prepare(ctx, idleCases); err != nil {
				return err
			}
		}
		err := clerk.decideOne(ctx, 0, func(one time.Duration) { took = append(took, one) })
		if err != nil {
			return err
		}
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		f.PeakMiB = max(f.PeakMiB, float64(memory.HeapInuse+memory.StackInuse)/(1<<20))
		if err := head.get(ctx, "/v1/jobs/"+turn.Job.String(), &job); err != nil {
			return err
		}
	}
	slices.Sort(took)
	f.Decisions, f.Beside = len(took), milliseconds(round{decisions: took}.percentile(95))
	f.PerSec = job.Progress.Rate
	o.say("turn: %d records, %.0f rows/s; decision p95 %.1f ms idle, %.1f ms beside it", job.Progress.RowsDone, f.PerSec, f.Idle, f.Beside)
	return nil
}

// headOfProvince logs the head of the province of the pupils in.
func (x *xueji) headOfProvince(ctx context.Context) (*caller, error) {
	at := place{}
	err := x.db.QueryRow(ctx, `SELECT id, path::text FROM organisation WHERE kind = $1 AND path @> $2::text::ltree`, org.Province, x.home.path).Scan(&at.id, &at.path)
	if err != nil {
		return nil, fmt.Errorf("find the province: %w", err)
	}
	login, _, err := x.land.account(ctx, at, org.BureauHead)
	if err != nil {
		return nil, err
	}
	return logIn(ctx, x.http, x.base, login)
}

// fillForTurn makes up ordinary pupils of the grades 1 to 5 in schools of their own.
func (l *landscape) fillForTurn(ctx context.Context, bureau place, pupils int) error {
	const first, classes = 1000, 10 // the numbers of the schools lie behind those of the clients
	for made, n := 0, first; made < pupils; n++ {
		school, err := l.school(ctx, bureau, n, classes)
		if err != nil {
			return err
		}
		var list []uuid.UUID
		for year := movingYear; year <= lastYear-1; year++ {
			list = append(list, school.classes[year]...)
		}
		many := min(pupilsOfTurnSchool, pupils-made, len(list)*seats)
		_, err = l.db.Exec(ctx, `WITH made AS (INSERT INTO student (id, school_id, org_path, class_id, holds_seat, stage, entry_year, name, sex, birth_date, id_type, enrol_status, in_register, on_campus, created_at, updated_at)
			SELECT gen_random_uuid(), k.school_id, k.org_path, k.id, true, 'PRIMARY', g.entry_year, $1, CASE i % 2 WHEN 0 THEN '1' ELSE '2' END, make_date(g.entry_year - 6, 3, 1 + i % 28), 'Z', 'ENROLLED', true, true, $2, $2
			FROM generate_series(0, $3::int - 1) i JOIN school_class k ON k.id = ($4::uuid[])[1 + i % cardinality($4::uuid[])] JOIN school_grade g ON g.id = k.grade_id RETURNING class_id),
			held AS (SELECT class_id, count(*) AS n FROM made GROUP BY class_id)
			UPDATE school_class k SET occupied = h.n FROM held h WHERE h.class_id = k.id`, pupilName, l.now(), many, list)
		if err != nil {
			return fmt.Errorf("make up the pupils of a turn: %w", err)
		}
		made += many
	}
	_, err := l.db.Exec(ctx, `VACUUM ANALYZE student, school_class`)
	if err != nil {
		return fmt.Errorf("settle the pupils of a turn: %w", err)
	}
	return nil
}

// goalBeside is how many times the idle decision one beside a turn may take.
const goalBeside = 1.5

func (f *TurnFigures) write(w io.Writer) {
	_, _ = fmt.Fprintf(w, "\nturn of the school year of %d pupils: %.0f rows/s, peak memory in use %.0f MiB\n"+
		"a clerk's decision p95: %.1f ms idle, %.1f ms beside it (%d decisions): %.2f times (goal at most %.1f: %s)\n",
		f.Pupils, f.PerSec, f.PeakMiB, f.Idle, f.Beside, f.Decisions, f.Beside/f.Idle, goalBeside, met(f.Beside <= goalBeside*f.Idle))
}
