package students

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// HistoryEntry is one change of a record, before and after, in words.
type HistoryEntry struct {
	ID          uuid.UUID     `json:"id"`
	Change      *uuid.UUID    `json:"change_id,omitempty"`
	CaseNo      string        `json:"case_no,omitempty"`
	Kind        string        `json:"kind"`
	KindName    string        `json:"kind_name" example:"转学（转出）"`
	EffectiveOn calendar.Date `json:"effective_on" format:"date"`
	RecordedAt  time.Time     `json:"recorded_at"`
	School      string        `json:"school" doc:"The school at that time."`
	By          string        `json:"by,omitempty" doc:"Who filed the change or made the edit; for offices that were in charge at that time."`
	ByOffice    string        `json:"by_office,omitempty" doc:"The office of that person."`
	Struck      bool          `json:"struck,omitempty" doc:"A mistake, struck by a correction (异动纠错). Bureaux see it; a school asks for it with struck=true."`
	StruckAt    *time.Time    `json:"struck_at,omitempty"`
	StruckBy    string        `json:"struck_by,omitempty" doc:"Case number of the correction." example:"52-20261120-000019"`
	Reason      string        `json:"reason,omitempty" doc:"Of an edit, when one was given."`
	// Items are what differs, in words.
	Items  []HistoryItem  `json:"items" doc:"What differs, in words, in the order of the record."`
	Before map[string]any `json:"before" doc:"For programs: the record before, with IDs and codes."`
	After  map[string]any `json:"after" doc:"For programs: the record after, with IDs and codes."`
}

// HistoryItem is one item of a record that a change wrote, in words.
type HistoryItem struct {
	Item   string `json:"item" example:"enrol_status"`
	Label  string `json:"label" example:"学籍状态"`
	Before string `json:"before" example:"在读"`
	After  string `json:"after" example:"休学"`
}

type historyInput struct {
	rest.PathID
	rest.Paging
	Struck bool `query:"struck" doc:"Also what was struck as a mistake (异动纠错). Bureaux see it in any case."`
}

func (s *server) studentHistory(ctx context.Context, in *historyInput) (*rest.Body[*rest.Page[HistoryEntry]], error) {
	words := historyWords{server: s, ctx: ctx}
	return rest.List(ctx, s.Store, in.Paging, uuid.Nil, func(tx *store.Tx, before uuid.UUID, most int) ([]student.HistoryEntry, error) {
		// A record that went to another school keeps its lines of the past here.
		rows, err := student.History(tx, in.ID, before, in.Struck || rest.PrincipalOf(ctx).Office.Kind != org.School, most)
		switch {
		case err != nil:
			return nil, err
		case len(rows) == 0:
			_, err = student.Read(tx, in.ID)
		default:
			words.names, err = student.HistoryNames(tx, in.ID)
		}
		return rows, err
	}, words.show, func(r student.HistoryEntry) uuid.UUID { return r.ID })
}

// historyWords says lines of a history in the caller's language.
type historyWords struct {
	*server

	ctx   context.Context //nolint:containedctx // of the one call it is made for
	names map[string]string
}

func (w *historyWords) show(r student.HistoryEntry) HistoryEntry {
	e := HistoryEntry{ID: r.ID, Change: r.ChangeID, CaseNo: r.CaseNo, Kind: r.Kind, EffectiveOn: r.EffectiveOn, RecordedAt: r.RecordedAt, School: r.SchoolName,
		By: r.Actor, ByOffice: r.ActorOffice, Struck: r.StruckAt != nil, StruckAt: r.StruckAt, StruckBy: r.StruckBy, Reason: r.Reason,
		Before: document(r.Before), After: document(r.After)}
	e.KindName, e.Items = w.kind(e), w.items(e)
	return e
}

// kind names what a line is about. A move has a line for each school.
func (w *historyWords) kind(e HistoryEntry) string {
	switch e.Kind {
	case "EDIT":
		return rest.InLanguage(w.ctx, process.Text{Zh: "学生信息维护", En: "Edit of the record"})
	case student.KindPromotion:
		return rest.InLanguage(w.ctx, process.Text{Zh: "升级", En: "Promotion"})
	case "PUNISHMENT":
		if e.After["cancelled_on"] != nil {
			return rest.InLanguage(w.ctx, process.Text{Zh: "撤销处分", En: "Punishment cancelled"})
		}
		return rest.InLanguage(w.ctx, process.Text{Zh: "处分", En: "Punishment"})
	}
	for suffix, side := range map[string]process.Text{"_IN": {Zh: "（转入）", En: " (in)"}, "_OUT": {Zh: "（转出）", En: " (out)"}} {
		if kind, moved := strings.CutSuffix(e.Kind, suffix); moved {
			return rest.InLanguage(w.ctx, w.Processes.NameOf(process.Kind(kind))) + rest.InLanguage(w.ctx, side)
		}
	}
	return rest.InLanguage(w.ctx, w.Processes.NameOf(process.Kind(e.Kind)))
}

// items lists what differs before and after, in the order of the record.
func (w *historyWords) items(e HistoryEntry) []HistoryItem {
	list := []HistoryItem{}
	add := func(differs bool, item, label, before, after string) {
		if differs || before != after {
			list = append(list, HistoryItem{Item: item, Label: label, Before: before, After: after})
		}
	}
	for _, f := range historyFacets() {
		before, after := e.Before[f.item], e.After[f.item]
		other := f.is == "place" && before != after // two classes may have one name
		add(other && before != nil && after != nil, f.item, rest.InLanguage(w.ctx, f.label), w.say(f, before), w.say(f, after))
	}
	was, is := texts(e.Before, e.Kind), texts(e.After, e.Kind)
	for i := range w.Sheets.Reader.Template().Columns {
		column := &w.Sheets.Reader.Template().Columns[i]
		field := string(column.Field)
		add(false, field, rest.InLanguage(w.ctx, sheet.ItemText(column)), w.value(column, was[field]), w.value(column, is[field]))
	}
	return list
}

// texts gives the items of the sheet in one side of a line: an edit holds nothing else,
// a change of key data holds them apart.
func texts(side map[string]any, kind string) map[string]string {
	if kind != "EDIT" {
		side, _ = side["items"].(map[string]any)
	}
	list := make(map[string]string, len(side))
	for field, value := range side {
		list[field], _ = value.(string)
	}
	return list
}

// value says an item of the sheet: the code with what it means, where there is a code.
func (w *historyWords) value(c *roster.Column, value string) string {
	if label := w.Sheets.Reader.Label(c.Field, value, rest.LanguageOf(w.ctx)); label != "" {
		return value + " " + label
	}
	return value
}

// historyFacet is an item of a line that is no item of the sheet.
type historyFacet struct {
	item  string
	label process.Text
	is    string // how its values are said
}

func historyFacets() []historyFacet {
	return []historyFacet{
		{"enrol_status", process.Text{Zh: "学籍状态", En: "state"}, "state"},
		{"school_id", process.Text{Zh: "学校", En: "school"}, "place"},
		{"stage", process.Text{Zh: "学段", En: "stage"}, "stage"},
		{"grade", process.Text{Zh: "年级", En: "grade"}, ""},
		{"school_year", process.Text{Zh: "学年", En: "school year"}, ""},
		{"entry_year", process.Text{Zh: "年级（入学年份）", En: "year group"}, ""},
		{"class_id", process.Text{Zh: "班级", En: "class"}, "place"},
		{"in_register", process.Text{Zh: "在籍", En: "in the register"}, "yes"},
		{"on_campus", process.Text{Zh: "在校", En: "on campus"}, "yes"},
		{"holds_seat", process.Text{Zh: "占用学位", En: "holds a seat"}, "yes"},
		{"dropout", process.Text{Zh: "辍学", En: "dropout"}, "yes"},
		{"suspended_from", process.Text{Zh: "休学起始日期", En: "suspended from"}, ""},
		{"suspended_until", process.Text{Zh: "休学截止日期", En: "suspended until"}, ""},
		{"student_number", process.Text{Zh: "学籍号", En: "student number"}, ""},
		{"level", process.Text{Zh: "处分级别", En: "level of the punishment"}, "level"},
		{"decided_on", process.Text{Zh: "处分日期", En: "decided on"}, ""},
		{"document_no", process.Text{Zh: "处分文号", En: "document"}, ""},
		{"cancelled_on", process.Text{Zh: "撤销日期", En: "cancelled on"}, ""},
		{"cancel_document_no", process.Text{Zh: "撤销文号", En: "document of the cancellation"}, ""},
	}
}

// say gives a value of a facet in words; "" where the line says nothing of it.
func (w *historyWords) say(f historyFacet, value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return rest.InLanguage(w.ctx, process.Text{Zh: "是", En: "yes"})
		}
		return rest.InLanguage(w.ctx, process.Text{Zh: "否", En: "no"})
	case float64:
		return strconv.Itoa(int(v))
	case string:
		return w.word(f.is, v)
	}
	if f.is == "yes" && f.item == "dropout" { // kept only where it is true
		return rest.InLanguage(w.ctx, process.Text{Zh: "否", En: "no"})
	}
	return ""
}

func (w *historyWords) word(is, text string) string {
	switch {
	case text == "":
		return ""
	case is == "state":
		return rest.InLanguage(w.ctx, status.Enrol(text).Text())
	case is == "stage":
		return rest.InLanguage(w.ctx, process.StageText(org.Stage(text)))
	case is == "level":
		return rest.InLanguage(w.ctx, student.PunishmentLevel(text))
	case is == "place" && w.names[text] != "":
		return w.names[text]
	case is == "place":
		return rest.InLanguage(w.ctx, process.Text{Zh: "（已不存在）", En: "(not there any more)"})
	}
	return text
}
