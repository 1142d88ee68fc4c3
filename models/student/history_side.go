package student

import (
	"encoding/json"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// HistorySide is one side of a line of the history, before or after. A side holds only
// what the line is about: a new record has no side before, an edit has only items.
//
// It is stored as one JSON object. Beside facets, the items are an object of their own,
// "items". In a line with items only they are the object itself, as every version of the
// register has written them.
type HistorySide struct {
	Facets        *Facets
	StudentNumber string            // masked; of a line that made the record
	Items         map[string]string // items of the sheet by field, as people may see them
	Punishment    *PunishmentSide
}

// Facets are the states of a record, its year group and class at one time
// (JY/T 1002 JCXS0202).
type Facets struct {
	EnrolStatus status.Enrol `json:"enrol_status"`
	InRegister  bool         `json:"in_register"`
	OnCampus    bool         `json:"on_campus"`
	HoldsSeat   bool         `json:"holds_seat"`
	EntryYear   int          `json:"entry_year"`
	ClassID     string       `json:"class_id"`
	SchoolID    string       `json:"school_id"`
	Stage       org.Stage    `json:"stage,omitempty"`
	Dropout     bool         `json:"dropout,omitempty"`
	// SuspendedFrom and SuspendedUntil are the days of the running suspension.
	SuspendedFrom  string `json:"suspended_from,omitempty"`
	SuspendedUntil string `json:"suspended_until,omitempty"`
}

// PunishmentSide is a punishment in a line of the history.
type PunishmentSide struct {
	PunishmentID     uuid.UUID `json:"punishment_id"`
	Level            string    `json:"level"`
	DecidedOn        string    `json:"decided_on,omitempty"`
	DocumentNo       string    `json:"document_no,omitempty"`
	CancelledOn      string    `json:"cancelled_on,omitempty"`
	CancelDocumentNo string    `json:"cancel_document_no,omitempty"`
}

// facetsOf returns the facets of a record.
func facetsOf(r status.Record) Facets {
	f := Facets{
		EnrolStatus: r.Enrol, InRegister: r.Standing.InRegister, OnCampus: r.Standing.OnCampus, HoldsSeat: r.Standing.HoldsSeat,
		EntryYear: r.EntryYear, ClassID: r.ClassID, SchoolID: r.SchoolID, Stage: r.Stage, Dropout: r.Dropout,
	}
	if s := r.RunningSuspension(); s != nil {
		f.SuspendedFrom, f.SuspendedUntil = s.From.String(), s.Until.String()
	}
	return f
}

// ReadFacets returns the facets of a side, all empty when the side has none.
func (s HistorySide) ReadFacets() Facets {
	if s.Facets == nil {
		return Facets{}
	}
	return *s.Facets
}

// storedSide is the JSON object of a side that has more than items.
type storedSide struct {
	*Facets
	*PunishmentSide

	StudentNumber string            `json:"student_number,omitempty"`
	Items         map[string]string `json:"items,omitempty"`
}

// MarshalJSON writes a side in its stored form.
func (s HistorySide) MarshalJSON() ([]byte, error) {
	if s.Facets == nil && s.Punishment == nil {
		return json.Marshal(store.OrEmpty(s.Items))
	}
	return json.Marshal(storedSide{Facets: s.Facets, PunishmentSide: s.Punishment, StudentNumber: s.StudentNumber, Items: s.Items})
}

// UnmarshalJSON reads a side in the stored form of any version of the register.
func (s *HistorySide) UnmarshalJSON(text []byte) error {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(text, &keys); err != nil {
		return err
	}
	*s = HistorySide{}
	_, facets := keys["enrol_status"]
	_, punishment := keys["punishment_id"]
	if !facets && !punishment {
		return json.Unmarshal(text, &s.Items)
	}
	var stored storedSide
	if err := json.Unmarshal(text, &stored); err != nil {
		return err
	}
	s.StudentNumber, s.Items = stored.StudentNumber, stored.Items
	if facets {
		s.Facets = stored.Facets
	}
	if punishment {
		s.Punishment = stored.PunishmentSide
	}
	return nil
}
