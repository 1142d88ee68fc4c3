package transfer

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/pupillist"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// LineMoved is the verdict of a line whose pupil is at the other school.
const LineMoved = "MOVED"

// lines returns the table of the lines of lists.
func lines() pupillist.Lines { return pupillist.Lines{Table: "change_line", Held: "lines_held"} }

// receiverInput and releaserInput name the two schools in the form of a change that
// sends pupils.
const (
	receiverInput = "to_school"
	releaserInput = "from_school"
)

// pupilList is the list of a filing while it is judged.
type pupilList struct {
	lines   []change.ListedPupil
	held    []*student.PupilRow // of each line
	classes map[uuid.UUID]*student.NamedClass
}

// prepareList prepares the case of a bureau that moves pupils from one of its schools to
// another (批量转学, KT54). It judges every line as a transfer and returns all refusals
// at once.
func prepareList(t *change.Tx, c *change.Change, f change.Filing, policy process.Policy) error {
	from, to, err := schoolsOfList(t.Tx, c)
	if err != nil {
		return err
	}
	l := &pupilList{lines: f.Lines}
	list, err := readLines(t.Tx, c, l)
	if err != nil {
		return err
	}
	first := slices.IndexFunc(l.held, func(h *student.PupilRow) bool { return h != nil })
	if first < 0 {
		return refusal.Join(list...)
	}
	c.Stage = l.held[first].Stage
	d, ok := t.Store().Processes().Define(f.Kind, c.Stage, policy)
	if !ok || d.Subject != process.SubjectList {
		return change.UnknownKind(f.Kind)
	}
	c.Definition, c.Prepared = d, l
	list = append(append(list, d.CheckInputs(c.Inputs)...), d.CheckEvidence(evidence.Kinds(f.Evidence))...)
	list = append(list, change.NeedlessValues(f.Kind, len(f.Values) > 0)...)
	list = append(list, change.StageForbids(d, c.Stage)...)
	missing, err := evidence.RefuseUnknown(t.Tx, f.Evidence)
	if err != nil {
		return err
	}
	facts := status.Facts{Today: t.Today(), Filed: t.Today(), Starting: true, From: from, To: to}
	if err := judgeBySchools(t.Tx, &facts, policy, c.Releasing.ID, c.Receiving.ID); err != nil {
		return err
	}
	list = append(append(list, missing...), l.refusals(f.Kind, facts)...)
	busy, err := pupillist.RefuseBusy(t.Tx, pupillist.IDs(l.held))
	if err != nil {
		return err
	}
	list = append(list, busy...)
	return pupillist.Join(list)
}

// judgeBySchools sets the policies by which a list is judged: the province's with the
// schooling length (学制) of each of the two schools.
func judgeBySchools(t *store.Tx, facts *status.Facts, rules process.Policy, from, to uuid.UUID) (err error) {
	if facts.Releasing, err = office.PolicyOf(t, from, rules); err != nil {
		return err
	}
	facts.Policy, err = office.PolicyOf(t, to, rules)
	return err
}

// schoolsOfList finds the two schools of a list below the bureau, by code or ID.
func schoolsOfList(t *store.Tx, c *change.Change) (from, to status.School, err error) {
	var list []*refusal.Error
	find := func(input string) (o org.OfficeRef, s status.School) {
		var rows []org.OfficeRef
		if err == nil {
			err = t.DB().Raw(`SELECT o.id, o.path::text AS path, o.province_code AS province FROM organisation o
				WHERE o.kind = @school AND (o.code = @named OR CAST(o.id AS text) = @named) AND o.path <@ text2ltree(@path) AND o.closed_at IS NULL LIMIT 1`,
				map[string]any{"named": c.Inputs[input], "path": c.OrgPath, "school": org.School}).Scan(&rows).Error
		}
		if err != nil {
			return o, s
		}
		if len(rows) == 0 {
			list = append(list, refusal.New(refusal.ListSchool).At("/inputs/"+input))
			return o, s
		}
		s, err = student.ReadSchool(t, rows[0].ID)
		return rows[0], s
	}
	c.Releasing, from = find(releaserInput)
	c.Receiving, to = find(receiverInput)
	if err != nil {
		return from, to, fmt.Errorf("find the schools of a list: %w", err)
	}
	if len(list) == 0 && from.ID == to.ID {
		list = append(list, refusal.New(refusal.TransferSameSchool).At("/inputs/"+receiverInput))
	}
	return from, to, refusal.Join(list...)
}

// readLines reads the pupils and classes of a list. It returns a refusal for each line
// that names no pupil of the releasing school, or a pupil named before. Such a line gets
// no record; the other lines are judged further.
func readLines(t *store.Tx, c *change.Change, l *pupilList) ([]*refusal.Error, error) {
	students, classes := make([]uuid.UUID, len(l.lines)), make([]uuid.UUID, len(l.lines))
	for i, line := range l.lines {
		students[i], classes[i] = line.StudentID, line.ClassID
	}
	all, err := student.ReadPupilRows(t, students, false)
	if err != nil {
		return nil, err
	}
	if l.classes, err = student.ReadNamedClasses(t, classes); err != nil {
		return nil, err
	}
	known, seen := map[uuid.UUID]*student.PupilRow{}, map[uuid.UUID]bool{}
	var stage org.Stage // of the first line that names a pupil of the school
	for _, h := range all {
		known[h.ID] = h
	}
	var list []*refusal.Error
	for i, line := range l.lines {
		h, told := known[line.StudentID], len(list)
		switch {
		case h == nil || h.SchoolID != c.Releasing.ID:
			list = append(list, refusal.New(refusal.ListPupil).At(pupillist.Pointer(i, "/student_id")))
		case seen[line.StudentID]:
			list = append(list, refusal.New(refusal.ListTwice).At(pupillist.Pointer(i, "/student_id")))
		case stage == "":
			stage = h.Stage
		case h.Stage != stage:
			list = append(list, refusal.New(refusal.ListStage).At(pupillist.Pointer(i, "/student_id")))
		}
		if len(list) > told {
			h = nil
		}
		l.held = append(l.held, h)
		seen[line.StudentID] = true
	}
	return list[:min(len(list), pupillist.MaxFaults)], nil
}

// refusals returns the refusals of each line. A class fills up line by line. A refusal
// that concerns the whole list is returned once.
func (l *pupilList) refusals(kind process.Kind, facts status.Facts) []*refusal.Error {
	var list []*refusal.Error
	said := map[string]bool{}
	for i, line := range l.lines {
		if l.held[i] == nil {
			continue // told before
		}
		_, refused := l.applyLine(kind, line, l.held[i], facts)
		for _, e := range refused {
			switch field := fieldInLine(e.Field); {
			case field != "":
				list = append(list, e.At(pupillist.Pointer(i, field)))
			case !said[string(e.Code)]:
				said[string(e.Code)] = true
				list = append(list, e)
			}
		}
	}
	return list
}

// applyLine returns the record after its line, or the refusals. It counts the seat as taken
// for the lines that follow.
func (l *pupilList) applyLine(kind process.Kind, line change.ListedPupil, h *student.PupilRow, facts status.Facts) (status.Record, []*refusal.Error) {
	place := l.classes[line.ClassID]
	if place != nil {
		facts.Class = &place.Class
	}
	req := status.Request{Kind: kind, Inputs: map[string]string{change.ClassInput: line.ClassID.String()}}
	if refused := status.Check(h.Record, req, facts); len(refused) > 0 {
		return h.Record, refused
	}
	after, _ := status.Apply(h.Record, req, facts) // refuses what Check refuses
	place.Occupied++
	return after, nil
}

// fieldInLine returns the place of a refusal inside its line, or "" when the refusal
// concerns the whole list.
func fieldInLine(field string) string {
	switch field {
	case "/student_id":
		return "/student_id"
	case "/inputs/" + change.ClassInput:
		return "/" + change.ClassInput
	}
	return ""
}

// insertLines writes the lines of a list and takes the slot of each pupil.
func insertLines(t *store.Tx, c *change.Change) error {
	type row struct {
		No      int            `json:"line_no"`
		Student uuid.UUID      `json:"student_id"`
		Class   uuid.UUID      `json:"class_id"`
		Subject change.Subject `json:"subject"`
		Label   string         `json:"class_name"`
	}
	l, ok := c.Prepared.(*pupilList)
	if !ok {
		return fmt.Errorf("hold a list that was not prepared: change %s", c.ID)
	}
	rows := make([]row, len(l.lines))
	for i, line := range l.lines {
		rows[i] = row{No: i + 1, Student: line.StudentID, Class: line.ClassID, Subject: change.PupilSubject(l.held[i]), Label: l.classes[line.ClassID].Label}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write a list: %w", err)
	}
	t.Later("write a list", int64(len(rows)), `INSERT INTO change_line (change_id, line_no, student_id, class_id, subject, class_name)
		SELECT ?, r.line_no, r.student_id, r.class_id, r.subject, r.class_name
		FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (line_no int, student_id uuid, class_id uuid, subject jsonb, class_name text)`, c.ID, string(text))
	return lines().TakeSlots(t, c.ID, len(rows))
}

// recheckList judges a list that is handed in again (worker). The schools and the lines
// must stay as they were filed. The pupils are judged by the last decision.
func recheckList(t *store.Tx, c *change.Change, papers []evidence.Ref) ([]*refusal.Error, error) {
	to, err := refuseOtherSchool(t, c, process.SideIn, receiverInput, refusal.ReceivingFixed)
	if err != nil {
		return nil, err
	}
	from, err := refuseOtherSchool(t, c, process.SideOut, releaserInput, refusal.ReleasingFixed)
	return slices.Concat(c.Definition.CheckFiled(c.Inputs), from, to, c.Definition.CheckEvidence(evidence.Kinds(papers))), err
}

// ListedPupilView is one line of a list as its parties see it; numbers are masked.
type ListedPupilView struct {
	StudentID uuid.UUID
	ClassID   uuid.UUID
	Class     string
	Subject   change.Subject `gorm:"-"`
	Verdict   string
	Reason    string         // the reason given by the person who struck it
	By        string         // the office of that person
	Struck    *refusal.Error `gorm:"-"` // the reason when the system struck it
	// CorrectedAt is set when the move of the pupil was struck as a mistake (异动纠错),
	// CorrectedBy is the case number of the correction.
	CorrectedAt *time.Time
	CorrectedBy string
}

// readListedPupils reads the lines of a list in their order. The reason why the system struck a
// pupil is shown to readers of the pupil's record. The receiving school reads it only
// when it concerns the school's classes.
func readListedPupils(t *store.Tx, change uuid.UUID) ([]ListedPupilView, error) {
	var rows []struct {
		ListedPupilView
		SubjectJSON string
		Readable    bool
		Code        refusal.Code
		ParamsJSON  string
	}
	err := t.DB().Raw(`SELECT l.student_id, l.class_id, l.class_name AS class, l.subject::text AS subject_json, l.verdict, l.reason, coalesce(a.office, '') AS by,
			l.struck_at AS corrected_at, coalesce(struck_by_case(l.struck_by), '') AS corrected_by, l.code, l.params::text AS params_json, EXISTS (SELECT 1 FROM student s WHERE s.id = l.student_id) AS readable
		FROM change_line l LEFT JOIN LATERAL account_label(l.settled_by) a ON l.reason <> '' WHERE l.change_id = ? ORDER BY l.line_no`, change).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read a list: %w", err)
	}
	list := make([]ListedPupilView, len(rows))
	for i, row := range rows {
		list[i] = row.ListedPupilView
		if err := json.Unmarshal([]byte(row.SubjectJSON), &list[i].Subject); err != nil {
			return nil, fmt.Errorf("read a list: %w", err)
		}
		if row.Code == "" {
			continue
		}
		if !row.Readable && !slices.Contains([]refusal.Code{refusal.ClassFull, refusal.ClassUnknown, refusal.ClassWrongGrade}, row.Code) {
			list[i].Struck = refusal.New(refusal.ListPupilStays)
			continue
		}
		if list[i].Struck, err = refusal.Stored(row.Code, row.ParamsJSON); err != nil {
			return nil, fmt.Errorf("read a list: %w", err)
		}
	}
	return list, nil
}
