package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// served is Xueji doing the cases of one scene over HTTP.
type served struct {
	*xueji
	scene
	// Per client, and touched by its client only while a round runs.
	waiting [][]pupil
	done    [][]pupil
}

func (x *xueji) mode(s scene) *served {
	return &served{xueji: x, scene: s, waiting: make([][]pupil, len(x.desks)), done: make([][]pupil, len(x.desks))}
}

const overHTTP = "Xueji over HTTP"

func (m *served) name() string { return overHTTP }

// prepare gives every client enough pupils: who takes how many is not known.
func (m *served) prepare(ctx context.Context, cases int) error {
	share := cases/len(m.desks)*2 + 10
	for i, d := range m.desks {
		list, err := m.land.pupils(ctx, d.home, d.filer(m.kind).school, max(0, share-len(m.waiting[i])), len(m.papers))
		if err != nil {
			return err
		}
		m.waiting[i] = append(m.waiting[i], list...)
	}
	return m.land.settle(ctx)
}

// decideOne files one case and lets everybody of its chain approve it.
func (m *served) decideOne(ctx context.Context, client int, decided func(time.Duration)) error {
	d := m.desks[client]
	if len(m.waiting[client]) == 0 {
		return errors.New("no pupil is left")
	}
	p := m.waiting[client][0]
	m.waiting[client] = m.waiting[client][1:]
	change, err := m.file(ctx, d, &p)
	if err != nil {
		return err
	}
	for i, who := range d.deciders(m.scene) {
		task, err := m.taskBefore(ctx, change, i+1 == m.shape.Errand)
		if err != nil {
			return err
		}
		started := time.Now()
		if err := who.approve(ctx, change, task); err != nil {
			return err
		}
		decided(time.Since(started))
	}
	m.done[client] = append(m.done[client], p)
	return nil
}

func (m *served) file(ctx context.Context, d *desk, p *pupil) (uuid.UUID, error) {
	body, err := m.body(m.xueji, d, p)
	if err != nil {
		return uuid.Nil, err
	}
	var papers []map[string]any
	for i, kind := range m.papers {
		papers = append(papers, map[string]any{"id": p.evidence[i], "kind": kind})
	}
	body["kind"], body["evidence"] = m.kind, papers
	var change struct{ ID uuid.UUID }
	_, err = d.filer(m.kind).registrar.post(ctx, "/v1/changes", body, &change)
	return change.ID, err
}

// How often the bench looks whether an automatic step is done, and how long.
const (
	look     = 5 * time.Millisecond
	patience = time.Minute
)

// taskBefore gives the task of the next decision. After an automatic step nobody
// has it on the screen at once: the bench looks until it is there, and that is no
// part of the decision.
func (m *served) taskBefore(ctx context.Context, change uuid.UUID, errand bool) (uuid.UUID, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		task, err := m.openTask(ctx, change)
		if err == nil || !errand || !errors.Is(err, pgx.ErrNoRows) {
			return task, err
		}
		select {
		case <-ctx.Done():
			return task, fmt.Errorf("the automatic step does not end: %w", err)
		case <-tick.C:
		}
	}
}

// verify asks the register itself whether every case of the round is in force,
// whether nothing is left over, and whether the seats of all classes are right.
func (m *served) verify(ctx context.Context, cases int) error {
	var pupils []uuid.UUID
	var cards [][]byte
	for client, list := range m.done {
		for _, p := range list {
			pupils, cards = append(pupils, p.id), append(cards, p.card)
		}
		m.done[client] = nil
	}
	var inForce, left, miscounted int
	err := m.db.QueryRow(ctx, `SELECT
		(SELECT count(*) FROM unnest($1::uuid[], $2::bytea[]) AS d (student, card)
			JOIN student s ON s.id = d.student JOIN change c ON c.student_id = s.id AND c.kind = $3 AND c.status = 'EFFECTIVE' WHERE `+m.inForce+`),
		(SELECT count(*) FROM change WHERE status = 'RUNNING') + (SELECT count(*) FROM slot),
		(SELECT count(*) FROM school_class k LEFT JOIN (SELECT class_id, count(*) AS held FROM student WHERE holds_seat GROUP BY class_id) s
			ON s.class_id = k.id WHERE k.occupied <> coalesce(s.held, 0))`, pupils, cards, m.kind).Scan(&inForce, &left, &miscounted)
	if err != nil {
		return fmt.Errorf("ask the register: %w", err)
	}
	if inForce != cases || left > 0 || miscounted > 0 {
		return fmt.Errorf("%d of %d %s are in force, %d are left open or hold a slot, %d classes count their seats wrongly",
			inForce, cases, m.title, left, miscounted)
	}
	return nil
}
