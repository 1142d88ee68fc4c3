package enrolment

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// MaxLines is the highest number of graduates of one sheet.
const MaxLines = change.MaxLines

// maxLinesText is MaxLines for people to read.
var maxLinesText = strconv.Itoa(MaxLines)

// Line is one graduate as a school names one: 姓名, 学籍号, and the 教育阶段 that the graduate
// enters, empty for the next one (KT21).
type Line struct {
	Row    int // of the school's sheet, 0 without one
	Name   string
	Number string
	Stage  org.Stage
}

// Request is the enrolment of a sheet or a list by one school in one year.
type Request struct {
	Kind   process.Kind
	School org.OfficeRef // that enrols
	Year   int           // 0 for the usual one: the calendar year of the filing
	Lines  []Line
	// Sheet says that refusals name the rows of a sheet, and not the places of lines.
	Sheet bool
}

// JudgedLine is a line with the graduate whom it names and everything against it.
type JudgedLine struct {
	Line

	StudentID   uuid.UUID
	Subject     change.Subject
	GraduatedOn calendar.Date
	Place       status.Place
	Refusals    []*refusal.Error

	source org.OfficeRef // the managing bureau of the school of graduation
	bureau string        // its name
	from   status.Record
}

// Judged is a request with everything against it.
type Judged struct {
	Request

	Lines []JudgedLine
	// Whole are the refusals of the whole request: its year, its size, the plan.
	Whole []*refusal.Error
	// Late is set when the enrolment of the year has ended; it is noted, or refused.
	Late bool
}

// Refusals returns all refusals of a request, each with its place.
func (j *Judged) Refusals() []*refusal.Error {
	list := slices.Clone(j.Whole)
	for _, line := range j.Lines {
		list = append(list, line.Refusals...)
	}
	return list
}

// Judge judges a request and writes nothing: it finds the graduates by name and number, and
// looks at each of them, at the plan, and at the day.
func Judge(t *store.Tx, q Request) (*Judged, error) {
	rules, err := policy.InForce(t, q.School.Province)
	if err != nil {
		return nil, err
	}
	running, coming := status.EnrolmentYears(rules, t.Today())
	if q.Year == 0 {
		q.Year = t.Today().Year()
	}
	j := &Judged{Request: q}
	if q.Year != running && q.Year != coming {
		j.Whole = append(j.Whole, refusal.New(refusal.EnrolYear).At("/year").With("from", strconv.Itoa(running)).With("to", strconv.Itoa(coming)))
	}
	if n := len(q.Lines); n == 0 || n > MaxLines {
		j.Whole = append(j.Whole, refusal.New(refusal.EnrolLines).At("/lines").With("max", maxLinesText))
	}
	if until := status.EnrolmentDay(rules, q.Year); !until.IsZero() && t.Today().After(until) {
		j.Late = true
		if rules.EnrolmentLate == process.LateRefused {
			j.Whole = append(j.Whole, refusal.New(refusal.EnrolLate).At("/year").With("year", strconv.Itoa(q.Year)).With("until", until.String()))
		}
	}
	if len(j.Whole) > 0 {
		return j, nil
	}
	in, err := readIntake(t, q, rules)
	if err != nil {
		return nil, err
	}
	if in.School.Closed {
		j.Whole = append(j.Whole, refusal.New(refusal.SchoolClosed))
		return j, nil
	}
	if err := j.judgeLines(t, in); err != nil {
		return nil, err
	}
	return j, j.judgePlan(t)
}

// readIntake reads the side of the school that enrols.
func readIntake(t *store.Tx, q Request, rules process.Policy) (in status.Intake, err error) {
	if in.School, err = student.ReadSchool(t, q.School.ID); err != nil {
		return in, err
	}
	o, err := office.Read(t, q.School.ID)
	if err != nil {
		return in, err
	}
	own, err := office.PolicyIn(t, q.School.ID, rules, q.Year)
	in.Stages, in.Year, in.Policy, in.PrimaryYears = o.Stages, q.Year, rules, own.StageYears[org.Primary]
	return in, err
}

// judgeLines finds and judges the graduates, each for itself.
func (j *Judged) judgeLines(t *store.Tx, in status.Intake) error {
	j.Lines = make([]JudgedLine, len(j.Request.Lines))
	first := map[string]int{} // by number
	for i, line := range j.Request.Lines {
		l := JudgedLine{Line: line}
		key := ident.NumberKey(line.Number)
		if ident.NameKey(line.Name) == "" {
			l.refuse(refusal.New(refusal.Required).At(j.pointer(i, "/name")).WithText("field", "姓名", "Name"))
		}
		if key == "" {
			l.refuse(refusal.New(refusal.Required).At(j.pointer(i, "/student_number")).WithText("field", "学籍号", "Student number"))
		}
		if line.Stage != "" && !slices.Contains([]org.Stage{org.Primary, org.Junior, org.Senior}, line.Stage) {
			l.refuse(refusal.New(refusal.EnrolSheetStage).At(j.pointer(i, "/stage")))
		}
		if other, twice := first[key]; twice && key != "" {
			l.refuse(refusal.New(refusal.EnrolTwice).At(j.pointer(i, "/student_number")).With("other", strconv.Itoa(j.rowOf(other))))
		} else {
			first[key] = i
		}
		j.Lines[i] = l
	}
	found, err := findGraduates(t, j)
	if err != nil {
		return err
	}
	schools, err := readSources(t, found)
	if err != nil {
		return err
	}
	years, err := readLengths(t, found, in.Policy)
	if err != nil {
		return err
	}
	for i := range j.Lines {
		if len(j.Lines[i].Refusals) == 0 {
			j.judge(i, found[i], schools, years[i], in)
		}
	}
	return nil
}

// rowOf returns the row by which people know a line: that of the sheet, else its place.
func (j *Judged) rowOf(i int) int {
	if row := j.Request.Lines[i].Row; row > 0 {
		return row
	}
	return i + 1
}

// pointer returns the place of a refusal in a line.
func (j *Judged) pointer(i int, field string) string {
	if j.Sheet {
		return "/rows/" + strconv.Itoa(j.Request.Lines[i].Row) + field
	}
	return "/lines/" + strconv.Itoa(i) + field
}

func (l *JudgedLine) refuse(e *refusal.Error) { l.Refusals = append(l.Refusals, e) }

// judge judges the graduate whom a line names; years is how long the stage took there.
func (j *Judged) judge(i int, f *namedGraduate, schools map[uuid.UUID]*source, years int, in status.Intake) {
	l := &j.Lines[i]
	if f == nil || schools[f.SchoolID] == nil {
		l.refuse(refusal.New(refusal.EnrolNameNumber).At(j.pointer(i, "/student_number")))
		return
	}
	from := schools[f.SchoolID]
	l.from = status.Record{Enrol: f.EnrolStatus, Stage: f.Stage, EntryYear: f.EntryYear, SchoolID: f.SchoolID.String()}
	candidate := status.Candidate{Record: l.from, From: from.School, FromYears: years, Wanted: l.Stage}
	if !f.GraduatedOn.IsZero() {
		candidate.GraduatedIn = f.GraduatedOn.Year()
	}
	if f.TakenBy != nil { // the record may be at that school already
		l.refuse(refusal.New(refusal.EnrolTaken).At(j.pointer(i, "/student_number")).With("school", *f.TakenBy))
		return
	}
	if f.ClaimedIn != nil {
		l.refuse(refusal.New(refusal.EnrolClaimed).At(j.pointer(i, "/student_number")).With("case", *f.ClaimedIn))
		return
	}
	place, refused := status.PlaceOf(candidate, in)
	if refused != nil {
		field := "/student_number"
		if refused.Code == refusal.EnrolStage {
			field = "/stage"
		}
		l.refuse(refused.At(j.pointer(i, field)))
		return
	}
	l.StudentID, l.Place, l.GraduatedOn, l.source, l.bureau = f.ID, place, f.GraduatedOn, from.bureau, from.bureauName
	l.Subject = change.Subject{Name: f.Name, Number: f.NumberMasked, IDType: f.IDType, IDNumber: f.IDMasked, SchoolID: f.SchoolID, School: from.Name,
		Province: from.Province, Stage: f.Stage, EntryYear: f.EntryYear}
}

// judgePlan asks the plan for the places of all good lines together, by stage.
func (j *Judged) judgePlan(t *store.Tx) error {
	wanted := map[org.Stage]int{}
	for _, l := range j.Lines {
		if len(l.Refusals) == 0 && l.Place.First(j.Year) {
			wanted[l.Place.Stage]++
		}
	}
	for _, stage := range []org.Stage{org.Primary, org.Junior, org.Senior} {
		if wanted[stage] == 0 {
			continue
		}
		refused, err := office.RefusalOfPlaces(t, j.School.ID, stage, j.Year, wanted[stage])
		if err != nil {
			return err
		}
		if refused != nil {
			j.Whole = append(j.Whole, refused.At("/lines"))
		}
	}
	return nil
}

// namedGraduate is a graduate whom a line names, with the columns of graduates_named.
type namedGraduate struct {
	No           int
	ID           uuid.UUID
	SchoolID     uuid.UUID
	Stage        org.Stage
	EntryYear    int
	EnrolStatus  status.Enrol
	Name         string
	IDType       string
	IDMasked     string
	NumberMasked string
	GraduatedOn  calendar.Date
	ClaimedIn    *string
	TakenBy      *string
}

// findGraduates finds the graduates of all lines without a fault in one question, by line.
func findGraduates(t *store.Tx, j *Judged) (map[int]*namedGraduate, error) {
	type wanted struct {
		No   int      `json:"no"`
		Keys []string `json:"keys"`
		Hash string   `json:"hash"`
	}
	var list []wanted
	for i, l := range j.Lines {
		if len(l.Refusals) == 0 {
			list = append(list, wanted{No: i, Keys: student.NameKeys(l.Name), Hash: hex.EncodeToString(student.NumberHash(t.Store(), l.Number))})
		}
	}
	found := map[int]*namedGraduate{}
	if len(list) == 0 {
		return found, nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("find graduates: %w", err)
	}
	var rows []*namedGraduate
	if err := t.DB().Raw(`SELECT * FROM graduates_named(CAST(? AS jsonb), ?, ?)`, string(text), j.School.ID, j.Year).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("find graduates: %w", err)
	}
	for _, row := range rows {
		found[row.No] = row
	}
	return found, nil
}

// CountLookups counts a request against the look-ups of the account (law 10): the names and
// numbers that fit no graduate one by one, and everything else as one. So a sheet of right
// numbers is ordinary business, and trying numbers out is not. It is called in a transaction
// of its own, because a refused filing leaves nothing.
func CountLookups(t *store.Tx, j *Judged) error {
	rules, err := policy.InForce(t, j.School.Province)
	if err != nil {
		return err
	}
	wrong := 0
	for _, l := range j.Lines {
		if slices.ContainsFunc(l.Refusals, func(e *refusal.Error) bool { return e.Code == refusal.EnrolNameNumber }) {
			wrong++
		}
	}
	if err := student.CountLookups(t, rules.LookupsPerDay, wrong+1); err != nil {
		return err
	}
	for range wrong {
		if err := t.Audit("enrolment.find", "lookup", t.Scope().Account.String(), map[string]string{"found": "no"}); err != nil {
			return err
		}
	}
	return t.Audit("enrolment.find", "lookup", t.Scope().Account.String(), map[string]string{"lines": strconv.Itoa(len(j.Lines)), "wrong": strconv.Itoa(wrong)})
}
