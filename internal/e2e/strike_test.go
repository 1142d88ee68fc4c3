package e2e_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/e2e"
	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/org"
)

// strike corrects a mistaken change and gives the correction with the answer to whoever
// approved it.
func strike(s *e2e.Stack, c *e2e.County, pupil any, mistaken string) (correction string, answer e2e.Answer) {
	s.T.Helper()
	correction = c.Reviewer.File(obj{"kind": "CHANGE_CORRECTION", "student_id": pupil, "evidence": c.Reviewer.Papers("CORRECTION_PROOF"),
		"inputs": obj{"case_no": c.Reviewer.Page(mistaken).Text("case_no"), "reason": "弄错了学生"}})
	answer = s.Person(c.Bureau, org.BureauReviewer).Decide(correction, "APPROVE", "同意")
	require.Equal(s.T, http.StatusOK, answer.Status, string(answer.Raw))
	return correction, answer
}

// items gives the lines of a list a person reads.
func items(p *e2e.Person, t *testing.T, path string) []obj {
	t.Helper()
	answer := p.Do(http.MethodGet, path, nil, "")
	require.Equal(t, http.StatusOK, answer.Status, string(answer.Raw))
	list := []obj{}
	all, _ := answer.Body["items"].([]any)
	for _, one := range all {
		list = append(list, one.(obj)) //nolint:forcetypeassert,errcheck // a list of objects, or the test is wrong
	}
	return list
}

// aftermath gives the codes of what came of a correction, in their order.
func aftermath(a e2e.Answer) []any {
	var list []any
	lines, _ := a.Body["aftermath"].([]any)
	for _, one := range lines {
		list = append(list, one.(obj)["code"]) //nolint:forcetypeassert,errcheck // a list of objects, or the test is wrong
	}
	return list
}

// story gives the unstruck lines of a record from the first on, each with the state it
// began and ended with.
func story(s *e2e.Stack, pupil any) []string {
	s.T.Helper()
	return e2e.Value[[]string](s, `SELECT coalesce(array_agg(concat_ws('/', h.before ->> 'enrol_status', h.before ->> 'school_id', h.before ->> 'entry_year', h.before ->> 'class_id', h.before ->> 'dropout')
			|| ' > ' || concat_ws('/', h.after ->> 'enrol_status', h.after ->> 'school_id', h.after ->> 'entry_year', h.after ->> 'class_id', h.after ->> 'dropout') ORDER BY h.recorded_at, h.id), '{}')
		FROM student_history h WHERE h.student_id = $1 AND h.struck_at IS NULL AND h.kind NOT LIKE '%\_OUT'`, pupil)
}

// neighbours makes two schools below one bureau.
func neighbours(s *e2e.Stack) (a, b *e2e.County) {
	s.T.Helper()
	return s.County(), s.CountyOf("520102", "2152000124", "南明区第二示例小学")
}

// A transfer that was a mistake and was undone by another one leaves nothing behind: no
// departure, no backup, no paper file to look for, and both cases say by which case they
// were struck, on their pages and in every list.
func TestAStruckTransferLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	a, b := neighbours(s)
	n := s.Named(a, 2024, simulator.Matches)
	mistaken := s.Lead(b.Registrar.File(b.Registrar.TransferBody(n, b.Class[2024])))
	reverse := s.Lead(a.Registrar.File(a.Registrar.TransferBody(n, a.Class[2024])))
	lost := b.Registrar.Page(mistaken)
	require.Equal(t, "TO_SEND", lost.Text("handover.state"))
	correction, answer := strike(s, a, n.ID, mistaken)
	number := a.Reviewer.Page(correction).Text("case_no")
	require.Equal(t, []any{"CASE_STRUCK", "CASE_STRUCK"}, aftermath(answer), "the answer names both cases, and nothing is left: %s", answer.Raw)
	require.Equal(t, []any{"CASE_STRUCK", "CASE_STRUCK"}, aftermath(a.Reviewer.Page(correction)), "and so does the page of the correction")

	student := "/v1/students/" + n.ID.String()
	for who, p := range map[string]*e2e.Person{"the bureau": a.Reviewer, "the school that asks for it": a.Registrar} {
		path := student + "/history"
		if who != "the bureau" {
			require.Empty(t, items(p, t, path), "to the school, nothing happened")
			path += "?struck=true"
		}
		lines := items(p, t, path)
		require.Len(t, lines, 4, who)
		for _, line := range lines {
			require.Equal(t, true, line["struck"], who)
			require.Equal(t, number, line["struck_by"], who)
		}
	}
	for _, school := range []*e2e.County{a, b} {
		require.Empty(t, items(school.Registrar, t, "/v1/orgs/"+school.School.ID.String()+"/departures"))
		require.Empty(t, items(school.Registrar, t, "/v1/handovers"))
		require.Empty(t, items(school.Registrar, t, "/v1/changes"), "the school's list")
		told := string(s.OK(school.Registrar.Do(http.MethodGet, "/v1/notices", nil, "")).Raw)
		require.Contains(t, told, "业务已被纠错")
		for _, change := range []string{mistaken, reverse} {
			page := school.Registrar.Page(change)
			require.Equal(t, number, page.Text("struck_by"))
			require.Contains(t, page.Text("next"), number)
			require.Equal(t, "STRUCK", page.Text("handover.state"))
			asked := items(school.Registrar, t, "/v1/changes?case_no="+page.Text("case_no"))
			require.Len(t, asked, 1)
			require.Equal(t, number, asked[0]["struck_by"])
		}
	}
	require.Equal(t, http.StatusNotFound, b.Registrar.Do(http.MethodGet, student, nil, "").Status, "the other school has no backup of a pupil it never had")
	sent := a.Registrar.DoIfMatch(http.MethodPost, "/v1/handovers/"+lost.Text("handover.id")+"/dispatch", obj{}, `"2"`)
	require.Equal(t, "handover_struck", sent.Text("code"), string(sent.Raw))
	again := file(a.Reviewer, obj{"kind": "CHANGE_CORRECTION", "student_id": n.ID, "evidence": a.Reviewer.Papers("CORRECTION_PROOF"),
		"inputs": obj{"case_no": a.Reviewer.Page(reverse).Text("case_no"), "reason": "弄错了学生"}})
	require.Equal(t, "correction_not_in_force", again.Text("code"), string(again.Raw))
	s.Agree()
}

// A paper file that has left its school is followed until it is back, and the page of
// the case says who must send it.
func TestAPaperFileThatTravelledComesBack(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	a, b := neighbours(s)
	n := s.Named(a, 2024, simulator.Matches)
	mistaken := s.Lead(b.Registrar.File(b.Registrar.TransferBody(n, b.Class[2024])))
	sent := a.Registrar.DoIfMatch(http.MethodPost, "/v1/handovers/"+a.Registrar.Page(mistaken).Text("handover.id")+"/dispatch", obj{"how": "EMS"}, `"1"`)
	require.Equal(t, http.StatusOK, sent.Status, string(sent.Raw))
	reverse := s.Lead(a.Registrar.File(a.Registrar.TransferBody(n, a.Class[2024])))
	_, answer := strike(s, a, n.ID, mistaken)
	require.Equal(t, []any{"CASE_STRUCK", "CASE_STRUCK", "PAPER_UNDERWAY", "PAPER_TO_SEND"}, aftermath(answer))
	require.Contains(t, string(b.Registrar.Page(reverse).Raw), "请南明区第二示例小学在", "who must send it back reads it")
	for change, p := range map[string]*e2e.Person{mistaken: b.Registrar, reverse: a.Registrar} {
		id := p.Page(change).Text("handover.id")
		version := e2e.Value[string](s, `SELECT '"' || version || '"' FROM handover WHERE id = $1`, id)
		got := p.DoIfMatch(http.MethodPost, "/v1/handovers/"+id+"/receipt", nil, version)
		require.Equal(t, http.StatusOK, got.Status, string(got.Raw))
	}
	require.Empty(t, items(a.Registrar, t, "/v1/handovers"))
	s.Agree()
}

// Of a list only the pupil who should not have moved is struck.
func TestOneLineOfAListIsStruck(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	a, b := neighbours(s)
	n, stays := s.Named(a, 2024, simulator.Matches), s.Named(a, 2024, simulator.Matches)
	list := s.Lead(a.Reviewer.File(obj{"kind": "BATCH_TRANSFER", "inputs": obj{"from_school": "2152000123", "to_school": "2152000124", "reason": "教学点撤并"},
		"lines": []obj{{"student_id": n.ID, "class_id": b.Class[2024]}, {"student_id": stays.ID, "class_id": b.Class[2024]}}}))
	s.Lead(a.Registrar.File(a.Registrar.TransferBody(n, a.Class[2024])))
	strike(s, a, n.ID, list)
	page := b.Registrar.Page(list)
	require.Empty(t, page.Text("struck_by"), "the list itself stands")
	lines, _ := page.Body["lines"].([]any)
	require.Len(t, lines, 2)
	for _, one := range lines {
		line := one.(obj) //nolint:forcetypeassert,errcheck // a list of objects, or the test is wrong
		require.Equal(t, line["student_id"] == n.ID.String(), line["corrected_by"] != nil, "%v", line)
	}
	require.Empty(t, story(s, n.ID))
	require.Len(t, story(s, stays.ID), 1)
	left := items(a.Registrar, t, "/v1/orgs/"+a.School.ID.String()+"/departures")
	require.Len(t, left, 1)
	require.Equal(t, stays.ID.String(), left[0]["student_id"])
	s.Agree()
}

// suspension is a filing of one that begins today.
func suspension(p *e2e.Person, pupil any, until string) obj {
	return obj{"kind": "SUSPENSION", "student_id": pupil, "inputs": map[string]string{"reason_code": "10", "from_date": "2026-11-20", "until_date": until},
		"evidence": p.Papers("GUARDIAN_APPLICATION", "SUSPENSION_PROOF")}
}

func reinstatement(p *e2e.Person, pupil any, class uuid.UUID, cohort string) obj {
	return obj{"kind": "REINSTATEMENT", "student_id": pupil, "inputs": map[string]string{"class_id": class.String(), "cohort": cohort},
		"evidence": p.Papers("GUARDIAN_APPLICATION", "HEALTH_PROOF")}
}

func extension(p *e2e.Person, pupil any, until string) obj {
	return obj{"kind": "SUSPENSION_EXTENSION", "student_id": pupil, "inputs": map[string]string{"until_date": until, "reason": "尚未康复"},
		"evidence": p.Papers("GUARDIAN_APPLICATION", "SUSPENSION_PROOF")}
}

// Who came back one year group behind sits there: the strike says so, to the school and
// in a line of the history, which adds up. An extension goes with its suspension.
func TestAStrikeNamesTheYearThatWasLost(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	mistaken := approved(c, suspension(c.Registrar, pupil, "2027-01-31"))
	approved(c, extension(c.Registrar, pupil, "2027-06-30"))
	approved(c, reinstatement(c.Registrar, pupil, c.Class[2025], "ONE_BEHIND"))
	correction, answer := strike(s, c, pupil, mistaken)
	require.Equal(t, []any{"CASE_STRUCK", "CASE_STRUCK", "CASE_STRUCK", "PLACE"}, aftermath(answer))
	require.Contains(t, string(c.Registrar.Page(mistaken).Raw), "请南明区示例小学核对班级", "the school reads what is left to it")
	lines := items(c.Registrar, t, "/v1/students/"+pupil.String()+"/history")
	require.Len(t, lines, 1, "to the school one line tells what the mistake has left")
	require.Equal(t, "异动纠错", lines[0]["kind_name"])
	require.Equal(t, c.Reviewer.Page(correction).Text("case_no"), e2e.Value[string](s, `SELECT case_no FROM change WHERE id = $1`, lines[0]["change_id"]))
	require.Contains(t, lines[0]["items"], obj{"item": "class_id", "label": "班级", "before": "2024级 1班", "after": "2025级 1班"})
	require.Equal(t, 0, e2e.Value[int](s, `SELECT count(*) FROM suspension WHERE student_id = $1 AND struck_at IS NULL`, pupil))
	approved(c, suspension(c.Registrar, pupil, "2027-01-31"))
	approved(c, extension(c.Registrar, pupil, "2027-06-30")) // the whole allowance is there again
	s.Agree()
}

// A reinstatement that was a mistake is undone by a new suspension: once it is struck,
// the first suspension runs on as it was, or as it was extended since, and counts once.
func TestAStruckReinstatementLetsTheSuspensionRunOn(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Rules(`{"suspensions_per_stage": 4}`)
	for _, row := range []struct {
		name  string
		since func(pupil any)
		want  string
	}{
		{"nothing since", func(any) {}, "2027-01-31 0 true"},
		{"extended since", func(pupil any) { approved(c, extension(c.Registrar, pupil, "2027-07-31")) }, "2027-07-31 1 true"},
		{"back since", func(pupil any) { approved(c, reinstatement(c.Registrar, pupil, c.Class[2024], "ORIGINAL")) }, "2027-01-31 0 false"},
	} {
		t.Run(row.name, func(t *testing.T) {
			pupil := s.Pupil(c, 2024)
			approved(c, suspension(c.Registrar, pupil, "2027-01-31"))
			mistaken := approved(c, reinstatement(c.Registrar, pupil, c.Class[2024], "ORIGINAL"))
			approved(c, suspension(c.Registrar, pupil, "2027-03-31"))
			row.since(pupil)
			strike(s, c, pupil, mistaken)
			require.Equal(t, row.want, e2e.Value[string](s, `SELECT string_agg(concat_ws(' ', until_date, extended, (ended_on IS NULL)::text), ', ') FROM suspension WHERE student_id = $1 AND struck_at IS NULL`, pupil))
			runs := string(s.OK(c.Registrar.Do(http.MethodGet, "/v1/students/"+pupil.String(), nil, "")).Raw)
			require.Contains(t, runs, `"until_date":"`+row.want[:10])
		})
	}
	s.Agree()
}

// A death that never was had ended the pupil's business: it stays ended, and the school
// that filed it is told.
func TestAStruckDeathNamesWhatItHadEnded(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	pupil := s.Pupil(c, 2024)
	ended := c.Registrar.File(suspension(c.Registrar, pupil, "2027-01-31"))
	mistaken := s.Lead(c.Registrar.File(obj{"kind": "DEATH", "student_id": pupil, "inputs": obj{"event_date": "2026-11-18"}, "evidence": c.Registrar.Papers("DEATH_PROOF")}))
	require.Equal(t, "PREEMPTED", c.Registrar.Page(ended).Text("ended.code"))
	_, answer := strike(s, c, pupil, mistaken)
	require.Equal(t, []any{"CASE_STRUCK", "ENDED"}, aftermath(answer))
	require.Contains(t, string(answer.Raw), c.Registrar.Page(ended).Text("case_no"))
	require.Equal(t, []any{"ENDED"}, aftermath(c.Registrar.Page(ended)), "the school that filed it reads it there")
	require.Empty(t, story(s, pupil))
	c.Registrar.File(suspension(c.Registrar, pupil, "2027-01-31"))
}

// Every kind that can be struck: the history of the record is afterwards what it was
// before the mistake, the record stands as that says, and both cases are marked.
func TestEveryKindThatCanBeStruckAddsUp(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	c := s.County()
	s.Rules(`{"retention_stages": ["PRIMARY"], "skip_stages": ["PRIMARY"], "suspensions_per_stage": 4}`)
	senior := s.Senior(c)
	pupil := func(stage string) e2e.Named {
		if stage == "SENIOR" {
			return s.Named(senior, 2025, simulator.Matches)
		}
		return s.Named(c, 2024, simulator.Matches)
	}
	body := func(kind string, n e2e.Named, inputs map[string]string, kinds ...string) obj {
		return obj{"kind": kind, "student_id": n.ID, "inputs": inputs, "evidence": c.Registrar.Papers(kinds...)}
	}
	back := func(n e2e.Named, class uuid.UUID) obj { return returnBody(c.Registrar, n, class) }
	place := func(year int) map[string]string {
		return map[string]string{"class_id": c.Class[year].String(), "reason": "办理"}
	}
	dropout := func(n e2e.Named) obj {
		return body("DROPOUT_REPORT", n, map[string]string{"absent_since": "2026-10-12", "reason": "家访三次未返校"}, "CONTACT_RECORD")
	}
	returned := func(n e2e.Named) obj {
		return body("DROPOUT_RETURN", n, map[string]string{"returned_on": "2026-11-18"})
	}
	abroad := func(n e2e.Named) obj {
		return body("GONE_ABROAD", n, map[string]string{"leaves_on": "2026-11-20", "destination": "新加坡"}, "GUARDIAN_APPLICATION", "TRAVEL_PAPERS")
	}
	home := func(n e2e.Named) obj {
		return obj{"kind": "RETURN_FROM_ABROAD", "pupil": n.Claim(), "inputs": map[string]string{"class_id": c.Class[2024].String()}, "evidence": c.Registrar.Papers("GUARDIAN_APPLICATION", "STUDY_RECORD")}
	}
	left := func(n e2e.Named) obj { return leavingBody(c.Registrar, n.ID) }
	restored := func(n e2e.Named) obj { return back(n, c.Class[2024]) }
	for _, row := range []struct {
		stage, kind string
		first       func(e2e.Named) obj // a change that was right, before the mistake; nil for none
		mistake     func(e2e.Named) obj
		reverse     func(e2e.Named) obj
	}{
		{"PRIMARY", "SUSPENSION", nil, func(n e2e.Named) obj { return suspension(c.Registrar, n.ID, "2027-01-31") }, func(n e2e.Named) obj { return reinstatement(c.Registrar, n.ID, c.Class[2024], "ORIGINAL") }},
		{"SENIOR", "WITHDRAWAL", nil, func(n e2e.Named) obj {
			return body("WITHDRAWAL", n, map[string]string{"remark": "外出务工"}, "GUARDIAN_APPLICATION")
		}, func(n e2e.Named) obj { return back(n, senior.Class[2025]) }},
		{"SENIOR", "EXPULSION", nil, func(n e2e.Named) obj {
			return body("EXPULSION", n, map[string]string{"reason": "严重违纪", "decided_on": "2026-11-18", "document_no": "示例校〔2026〕8号"}, "EXPULSION_DECISION")
		}, func(n e2e.Named) obj { return back(n, senior.Class[2025]) }},
		{"PRIMARY", "OTHER_LEAVING", nil, left, restored},
		{"PRIMARY", "MISSING", nil, func(n e2e.Named) obj {
			return body("MISSING", n, map[string]string{"missing_since": "2026-11-10", "reason": "离家未归"}, "POLICE_RECORD")
		}, restored},
		{"PRIMARY", "RESTORE_ADMISSION", left, restored, left},
		{"PRIMARY", "GONE_ABROAD", nil, abroad, home},
		{"PRIMARY", "RETURN_FROM_ABROAD", abroad, home, abroad},
		{"PRIMARY", "DROPOUT_REPORT", nil, dropout, returned},
		{"PRIMARY", "DROPOUT_RETURN", dropout, returned, dropout},
		{"PRIMARY", "RETENTION", nil, func(n e2e.Named) obj {
			return body("RETENTION", n, place(2025), "GUARDIAN_APPLICATION", "SCHOOL_OPINION")
		}, func(n e2e.Named) obj { return body("SKIP", n, place(2024), "GUARDIAN_APPLICATION", "EXCELLENCE_PROOF") }},
		{"PRIMARY", "SKIP", nil, func(n e2e.Named) obj { return body("SKIP", n, place(2023), "GUARDIAN_APPLICATION", "EXCELLENCE_PROOF") }, func(n e2e.Named) obj {
			return body("RETENTION", n, place(2024), "GUARDIAN_APPLICATION", "SCHOOL_OPINION")
		}},
	} {
		t.Run(row.kind, func(t *testing.T) {
			n := pupil(row.stage)
			if row.first != nil {
				s.Lead(c.Registrar.File(row.first(n)))
			}
			before := story(s, n.ID)
			const stands = `SELECT concat_ws('/', enrol_status, in_register, on_campus, holds_seat, entry_year, class_id, dropout, (SELECT string_agg(until_date || coalesce(ended_on::text, ''), ',')
				FROM suspension WHERE student_id = student.id AND struck_at IS NULL)) FROM student WHERE id = $1`
			stood := e2e.Value[string](s, stands, n.ID)
			mistaken := s.Lead(c.Registrar.File(row.mistake(n)))
			reverse := s.Lead(c.Registrar.File(row.reverse(n)))
			_, answer := strike(s, c, n.ID, mistaken)
			require.Equal(t, []any{"CASE_STRUCK", "CASE_STRUCK"}, aftermath(answer), string(answer.Raw))
			require.Equal(t, before, story(s, n.ID), "the history is what it was")
			require.Equal(t, stood, e2e.Value[string](s, stands, n.ID), "and the record stands as it did")
			for _, change := range []string{mistaken, reverse} {
				require.NotEmpty(t, c.Registrar.Page(change).Text("struck_by"))
			}
		})
	}
	s.Agree()
}

// Who left a school and was received by another one, by mistake or after a mistake: no
// change brings the record back to where it was, and the refusal names what does exist.
func TestACorrectionSaysWhatHelpsWhenAnotherSchoolReceivedThePupil(t *testing.T) {
	t.Parallel()
	s := e2e.New(t, e2e.Options{})
	a, b := neighbours(s)
	looked(s) // Temporal is set up
	left := func(n e2e.Named) string { return s.Lead(a.Registrar.File(leavingBody(a.Registrar, n.ID))) }
	received := func(n e2e.Named) string {
		return s.Lead(b.Registrar.File(returnBody(b.Registrar, n, b.Class[2024])))
	}
	refused := func(n e2e.Named, mistaken string) {
		t.Helper()
		answer := file(a.Reviewer, obj{"kind": "CHANGE_CORRECTION", "student_id": n.ID, "evidence": a.Reviewer.Papers("CORRECTION_PROOF"),
			"inputs": obj{"case_no": a.Reviewer.Page(mistaken).Text("case_no"), "reason": "弄错了学生"}})
		require.Equal(t, "correction_elsewhere", answer.Text("code"), string(answer.Raw))
		require.Contains(t, answer.Text("detail"), "恢复入学资格")
	}
	n := s.Named(a, 2024, simulator.Matches)
	leaving, restored := left(n), received(n)
	refused(n, restored)
	refused(n, leaving)
	s.Lead(b.Registrar.File(leavingBody(b.Registrar, n.ID))) // as it advises
	refused(n, restored)
	s.Lead(a.Registrar.File(returnBody(a.Registrar, n, a.Class[2024]))) // and where the pupil comes to
	require.Equal(t, a.School.ID.String()+" ENROLLED", e2e.Value[string](s, `SELECT school_id || ' ' || enrol_status FROM student WHERE id = $1`, n.ID))

	home := s.Named(a, 2024, simulator.Matches)
	left(home)
	received(home)
	s.Lead(a.Registrar.File(a.Registrar.TransferBody(home, a.Class[2024]))) // the other advice
	require.Equal(t, a.School.ID.String()+" ENROLLED", e2e.Value[string](s, `SELECT school_id || ' ' || enrol_status FROM student WHERE id = $1`, home.ID))
	s.Agree()
}
