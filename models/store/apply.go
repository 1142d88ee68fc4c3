package store

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// unfit notes on the slip that the record could not take the change: not only
// the one who decided must know why the step stays open.
func unfit(s *Slip, err error) error {
	var refused *refusal.Error
	if s != nil && errors.As(err, &refused) {
		s.unfit = refused
	}
	return err
}

// applied gives the record after the change, or refuses exactly what stands
// against it now.
func (t *Tx) applied(c *Change, h *held) (status.Record, error) {
	if err := t.readValues(c); err != nil {
		return h.record, err
	}
	if t.recordWork(c.Kind).Clear {
		if err := t.readIdentity(h); err != nil {
			return h.record, err
		}
	}
	taken, err := t.identityTaken(c, h)
	if taken != nil || err != nil {
		return h.record, errors.Join(err, asError(taken))
	}
	evidence, err := t.attached(c.ID)
	if err != nil {
		return h.record, err
	}
	facts, err := t.facts(c, h, true)
	if err != nil {
		return h.record, err
	}
	return status.Apply(h.record, c.request(kindsOf(evidence)), facts)
}

func (t *Tx) endEffective(c *Change, s *Slip, on calendar.Date) error {
	day := on.Start()
	c.EffectiveOn = &day
	if s == nil { // the register approves the kind by itself
		return t.end(c, ending{code: Passed}, Effective)
	}
	return t.end(c, by(s), Effective)
}

// saveRecord writes what a change made of a record: the facets, the key items,
// the school, the seats, the suspensions and the history with before and after.
func (t *Tx) saveRecord(c *Change, h *held, after status.Record, on calendar.Date) error {
	classID, err := optionalID(after.ClassID)
	if err != nil {
		return fmt.Errorf("class of a record: %w", err)
	}
	moves := after.SchoolID != h.record.SchoolID
	if moves { // before anything is written: the old school keeps the record as it was
		if err := t.backup(c, h, after.SchoolID, on); err != nil {
			return err
		}
	}
	t.later("write a record", 1, `UPDATE student SET enrol_status = ?, in_register = ?, on_campus = ?, holds_seat = ?, stage = ?, entry_year = ?, class_id = ?, dropout = ?,
		version = version + 1, updated_at = ? WHERE id = ? AND version = ?`,
		after.Enrol, after.Standing.InRegister, after.Standing.OnCampus, after.Standing.HoldsSeat, after.Stage, after.EntryYear, classID, after.Dropout,
		t.now, h.ID, h.Version)
	if err := errors.Join(t.saveIdentity(c, h, after.Identity), t.saveItems(c, h)); err != nil {
		return err
	}
	if err := t.moveSeat(c, h, after, classID); err != nil {
		return err
	}
	t.saveSuspensions(c, h, after)
	if moves {
		return t.moveRecord(c, h, after, on)
	}
	return t.writeHistory(c, h, line{kind: string(c.Kind), path: h.OrgPath, before: facetsOf(h.record), after: facetsOf(after)}, on)
}

// moveSeat keeps the classes' counters equal to the records that hold a seat. A
// correction gives a seat back that should never have been free.
func (t *Tx) moveSeat(c *Change, h *held, after status.Record, classID *uuid.UUID) error {
	had, has := h.HoldsSeat && h.ClassID != nil, after.Standing.HoldsSeat && classID != nil
	if had && has && *h.ClassID == *classID {
		return nil
	}
	if had {
		t.later("free a seat", 1, `UPDATE school_class SET occupied = occupied - 1 WHERE id = ?`, *h.ClassID)
	}
	if !has {
		return nil
	}
	n, err := t.exec(`UPDATE school_class SET occupied = occupied + 1 WHERE id = ? AND (occupied < capacity OR ?)`, *classID, c.Kind == process.ChangeCorrection)
	if err != nil {
		return fmt.Errorf("take a seat: %w", err)
	}
	if n == 0 {
		return refusal.New(refusal.ClassFull).At("/inputs/class_id")
	}
	return nil
}

// saveSuspensions writes a suspension that began, ends one that ended and gives one
// that was extended its new end: what was told about the old end may be told again.
func (t *Tx) saveSuspensions(c *Change, h *held, after status.Record) {
	for i, s := range after.Suspensions {
		switch {
		case i >= len(h.record.Suspensions):
			t.later("write a suspension", 1, `INSERT INTO suspension (id, student_id, org_path, change_id, reason_code, from_date, until_date, stage) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
				newID(), h.ID, h.OrgPath, c.ID, s.ReasonCode, s.From, s.Until, h.Stage)
		case s.Extended > h.record.Suspensions[i].Extended:
			t.later("extend a suspension", 1, `UPDATE suspension SET until_date = ?, extended = ?, extended_by = ?, reminded_30 = NULL, reminded_15 = NULL, expired_at = NULL
				WHERE student_id = ? AND ended_on IS NULL`, s.Until, s.Extended, c.ID, h.ID)
		case !s.EndedOn.IsZero() && h.record.Suspensions[i].EndedOn.IsZero():
			t.later("end a suspension", 1, `UPDATE suspension SET ended_on = ?, ended_by = ? WHERE student_id = ? AND ended_on IS NULL`, s.EndedOn, c.ID, h.ID)
		}
	}
}

// facets is what the history keeps of a record before and after a change
// (JY/T 1002 JCXS0202: state, year group, class).
type facets struct {
	EnrolStatus status.Enrol `json:"enrol_status"`
	InRegister  bool         `json:"in_register"`
	OnCampus    bool         `json:"on_campus"`
	HoldsSeat   bool         `json:"holds_seat"`
	EntryYear   int          `json:"entry_year"`
	ClassID     string       `json:"class_id"`
	SchoolID    string       `json:"school_id"`
	Stage       org.Stage    `json:"stage,omitempty"`
	Dropout     bool         `json:"dropout,omitempty"`
	// SuspendedFrom and SuspendedUntil are the days of the suspension that runs.
	SuspendedFrom  string `json:"suspended_from,omitempty"`
	SuspendedUntil string `json:"suspended_until,omitempty"`
	// Items are key items as people may see them, where a change wrote any.
	Items map[string]string `json:"items,omitempty"`
}

func facetsOf(r status.Record) facets {
	f := facets{
		EnrolStatus: r.Enrol, InRegister: r.Standing.InRegister, OnCampus: r.Standing.OnCampus, HoldsSeat: r.Standing.HoldsSeat,
		EntryYear: r.EntryYear, ClassID: r.ClassID, SchoolID: r.SchoolID, Stage: r.Stage, Dropout: r.Dropout,
	}
	if s := r.RunningSuspension(); s != nil {
		f.SuspendedFrom, f.SuspendedUntil = s.From.String(), s.Until.String()
	}
	return f
}

// line is one entry of a record's history.
type line struct {
	kind          string
	path          string // the school whose past it is
	before, after facets
}

func (t *Tx) writeHistory(c *Change, h *held, l line, on calendar.Date) error {
	l.before.Items, l.after.Items = c.values.shown()
	before, err := json.Marshal(l.before)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	after, err := json.Marshal(l.after)
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	t.later("write history", 1, `INSERT INTO student_history (id, student_id, org_path, change_id, kind, effective_on, recorded_at, account_id, before, after)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, newID(), h.ID, l.path, c.ID, l.kind, on, t.now, c.FiledBy, string(before), string(after))
	return nil
}

func optionalID(text string) (*uuid.UUID, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no class
	}
	id, err := uuid.Parse(text)
	return &id, err
}
