package e2e

import (
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
)

// Filing is what it takes to file one kind of change at the school of a county,
// for a pupil whose record was brought into the state the kind needs.
type Filing struct {
	// Policy is what the province must allow, as the body of a policy; empty: the default will do.
	Policy string
	// Prepare makes what the change is about and gives the part of the body that names it.
	Prepare func(s *Stack, c *County) map[string]any
	// Inputs of the form; nil when it asks for none.
	Inputs func(c *County) map[string]string
	// Values are key items, of the kinds that write any.
	Values map[string]string
	// Items make the values, of the kinds that describe a pupil of their own.
	Items func(s *Stack, c *County) map[string]string
	// Evidence lists the papers that must be attached.
	Evidence []string
	// Filer files in the place of the county's registrar; nil for the registrar.
	Filer func(s *Stack, c *County) *Person
	// Asked gives what whoever approves a step fills in there; nil when no step asks.
	Asked func(s *Stack, c *County, step string) map[string]string
	// Lines is how many lines the history gets when it takes effect; nil for one.
	Lines *int
	// Makes is the state of the pupil afterwards; empty when the kind makes no new one.
	Makes string
}

// Filings gives every kind of the catalogue with what it takes to file it. A new
// kind adds its own entry.
func Filings() map[process.Kind]Filing {
	inputs := func(pairs ...string) func(*County) map[string]string {
		return func(*County) map[string]string { return paired(pairs) }
	}
	into := func(year int, pairs ...string) func(*County) map[string]string {
		return func(c *County) map[string]string {
			return paired(append([]string{"class_id", c.Class[year].String()}, pairs...))
		}
	}
	beside := 0 // they write beside the record
	return map[process.Kind]Filing{
		process.Suspension: {
			Prepare: enrolledPupil, Inputs: inputs("reason_code", "10", "from_date", "2026-11-20", "until_date", "2027-08-31"),
			Evidence: []string{"GUARDIAN_APPLICATION", "SUSPENSION_PROOF"}, Makes: "SUSPENDED",
		},
		process.Reinstatement: {
			Prepare: suspendedPupil, Inputs: into(2025), Evidence: []string{"GUARDIAN_APPLICATION", "HEALTH_PROOF"}, Makes: "ENROLLED",
		},
		process.Withdrawal: {
			Prepare: seniorPupil, Inputs: inputs("remark", "外出务工"), Evidence: []string{"GUARDIAN_APPLICATION"}, Makes: "WITHDRAWN",
		},
		process.OtherLeaving: {
			Prepare: enrolledPupil, Inputs: inputs("reason", "转入特教学校就读"), Evidence: []string{"GUARDIAN_APPLICATION"}, Makes: "OTHER_LEFT",
		},
		process.RestoreAdmission: {
			Prepare: leftPupil, Inputs: into(2024, "reason", "返校就读"), Evidence: []string{"GUARDIAN_APPLICATION", "RETURN_PROOF"}, Makes: "ENROLLED",
		},
		process.Transfer: {
			Prepare: neighbour, Inputs: into(2024, "reason", "父母工作调动"), Evidence: []string{"GUARDIAN_APPLICATION", "RESIDENCE_PROOF"}, Makes: "ENROLLED",
		},
		process.SuspensionExtension: {
			Prepare: suspendedPupil, Inputs: inputs("until_date", "2027-06-30", "reason", "尚未康复"), Evidence: []string{"GUARDIAN_APPLICATION", "SUSPENSION_PROOF"},
		},
		process.Expulsion: {
			Prepare: seniorPupil, Inputs: inputs("reason", "严重违纪", "decided_on", "2026-11-18", "document_no", "示例校〔2026〕8号"),
			Evidence: []string{"EXPULSION_DECISION"}, Makes: "EXPELLED",
		},
		process.Missing: {
			Prepare: enrolledPupil, Inputs: inputs("missing_since", "2026-11-10", "reason", "离家未归，已报案"), Evidence: []string{"POLICE_RECORD"}, Makes: "MISSING",
		},
		process.GoneAbroad: {
			Prepare: enrolledPupil, Inputs: inputs("leaves_on", "2026-11-20", "destination", "新加坡"),
			Evidence: []string{"GUARDIAN_APPLICATION", "TRAVEL_PAPERS"}, Makes: "ABROAD",
		},
		process.ReturnFromAbroad: {
			Prepare: pupilAbroad, Inputs: into(2024), Evidence: []string{"GUARDIAN_APPLICATION", "STUDY_RECORD"}, Makes: "ENROLLED",
		},
		process.Death: {
			Prepare: enrolledPupil, Inputs: inputs("event_date", "2026-11-18"), Evidence: []string{"DEATH_PROOF"}, Makes: "DECEASED",
		},
		process.Retention: {
			Policy:  `{"retention_stages": ["PRIMARY"]}`,
			Prepare: enrolledPupil, Inputs: into(2025, "reason", "因病缺课"), Evidence: []string{"GUARDIAN_APPLICATION", "SCHOOL_OPINION"},
		},
		process.Skip: {
			Policy:  `{"skip_stages": ["PRIMARY"]}`,
			Prepare: enrolledPupil, Inputs: into(2023, "reason", "学业优异"), Evidence: []string{"GUARDIAN_APPLICATION", "EXCELLENCE_PROOF"},
		},
		process.DropoutReport: {
			Prepare: enrolledPupil, Inputs: inputs("absent_since", "2026-10-12", "reason", "外出务工，家访三次未返校"), Evidence: []string{"CONTACT_RECORD"},
		},
		process.NewRecordImmigrant: {
			Prepare: func(*Stack, *County) map[string]any { return map[string]any{} }, Inputs: into(2024, "reason", "随父母回国定居"), Items: newcomer,
			Evidence: []string{"IDENTITY_PROOF", "IMMIGRATION_PROOF"}, Makes: "ENROLLED",
		},
		process.DropoutReturn: {
			Prepare: dropout, Inputs: inputs("returned_on", "2026-11-18"),
		},
		process.KeyDataChange: {
			Prepare: namedPupil, Inputs: inputs("reason", "户籍更正"), Values: map[string]string{"name": "样例更名"}, Evidence: []string{"IDENTITY_PROOF"},
		},
		process.SeniorTransfer: {
			Policy: `{"senior_transfer_by": "RELEASING"}`, Prepare: sentPupil, Evidence: []string{"GUARDIAN_APPLICATION", "RESIDENCE_PROOF"}, Makes: "ENROLLED",
			Asked: func(s *Stack, c *County, step string) map[string]string {
				if step == "RECEIVING_CONSENT" {
					return map[string]string{"class_id": s.ClassOfReceiver(c).String()}
				}
				return nil
			},
		},
		process.BatchTransfer: {
			Prepare: listedPupils, Filer: func(_ *Stack, c *County) *Person { return c.Reviewer },
		},
		process.ClassChange: {Prepare: pupilsOfOneClass},
		process.ClassAssignment: {Prepare: func(s *Stack, c *County) map[string]any {
			return map[string]any{"lines": []map[string]any{{"student_id": s.Enrolled(c).ID, "class_id": s.YearGroup(c, "JUNIOR", 2026)}}}
		}},
		process.GradeAdjustment: {
			Policy:  `{"grade_adjustment": true, "grade_adjustment_window": [{"from": "01-01", "to": "12-31"}]}`,
			Prepare: enrolledPupil, Inputs: into(2025, "reason", "首次采集时年级填写有误"), Evidence: []string{"SCHOOL_OPINION"},
		},
		process.PostGraduationStudy: {
			Prepare: graduateElsewhere, Evidence: []string{"GUARDIAN_APPLICATION", "RESIDENCE_PROOF"}, Makes: "ENROLLED",
		},
		process.GraduationRollback: {
			Prepare: graduate, Inputs: into(2021, "reason_code", "MISTAKE", "reason", "误办毕业"), Evidence: []string{"ROLLBACK_REQUEST"}, Makes: "ENROLLED",
		},
		process.Graduation:    {Policy: `{"graduation_windows": []}`, Prepare: graduatingPupils},
		process.SelfEnrolment: {Prepare: graduatesToEnrol},
		process.UnifiedEnrolment: {
			Prepare: func(s *Stack, c *County) map[string]any {
				body := graduatesToEnrol(s, c)
				body["to_school"] = s.codeOf(c.School)
				return body
			},
			Filer: func(_ *Stack, c *County) *Person { return c.Reviewer },
		},
		process.EnrolmentWithdrawal: {
			Prepare: func(s *Stack, c *County) map[string]any { return map[string]any{"student_id": s.Enrolled(c).ID} },
			Inputs:  inputs("reason", "误抽取"), Evidence: []string{"WITHDRAWAL_REQUEST"}, Filer: func(_ *Stack, c *County) *Person { return c.Reviewer }, Makes: "GRADUATED",
		},
		process.AdmissionArbitration: {
			Prepare: admittedTwice, Inputs: inputs("reason", "学生在本校就读"), Evidence: []string{"STUDY_PROOF"}, Lines: &beside,
			Asked: func(_ *Stack, _ *County, step string) map[string]string {
				if step == "STATEMENT" {
					return map[string]string{"position": "MAINTAIN"}
				}
				return nil
			},
		},
		process.ProblemCorroboration: {Prepare: doubtedPupil, Evidence: []string{"IDENTITY_PROOF", "GUARDIAN_STATEMENT"}, Lines: &beside},
		process.ProblemDeletion: {
			Prepare: doubtedPupil, Inputs: inputs("confirm_name", "样例生", "reason", "重复建籍"), Makes: "DELETED",
		},
		process.Arbitration: {
			Prepare: claimedPupil, Inputs: inputs("reason", "学生在本校就读"), Evidence: []string{"STUDY_PROOF", "GUARDIAN_STATEMENT"}, Lines: &beside,
			Asked: func(_ *Stack, _ *County, step string) map[string]string {
				if step == "STATEMENT" {
					return map[string]string{"position": "MAINTAIN"}
				}
				return nil
			},
		},
		process.PlanChange: {
			Prepare: plannedSchool, Inputs: inputs("stage", "PRIMARY", "year", "2026", "size", "45", "reinstated", "3", "transferred", "2", "reason", "复学、转入占用名额"),
			Evidence: []string{"PLAN_APPLICATION"},
		},
		process.SchoolingLengthChange: {
			Prepare:  func(*Stack, *County) map[string]any { return map[string]any{} },
			Inputs:   inputs("length", "FIVE_FOUR", "reason", "全县改行五四学制"),
			Evidence: []string{"LENGTH_DECISION"},
		},
		process.SchoolMerger: {
			Prepare: absorbedSchool, Evidence: []string{"MERGER_DECISION"}, Filer: func(_ *Stack, c *County) *Person { return c.Reviewer },
		},
		process.ChangeCorrection: {
			Prepare: mistakenPupil, Evidence: []string{"CORRECTION_PROOF"}, Filer: func(_ *Stack, c *County) *Person { return c.Reviewer },
		},
	}
}

func paired(pairs []string) map[string]string {
	m := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// FilingOf makes what a change of a kind is about and gives the complete body of
// a filing of it by the registrar of the county's school, who files it with File.
func (s *Stack) FilingOf(c *County, kind process.Kind) map[string]any {
	s.T.Helper()
	f, known := Filings()[kind]
	require.True(s.T, known, "%s: say in e2e/filings.go what it takes to file it", kind)
	if f.Policy != "" {
		s.Rules(f.Policy)
	}
	body := f.Prepare(s, c)
	body["kind"] = kind
	if body["inputs"] == nil { // what is prepared may be named in the form
		body["inputs"] = map[string]string{}
	}
	if f.Inputs != nil {
		body["inputs"] = f.Inputs(c)
	}
	if f.Values != nil {
		body["values"] = f.Values
	}
	if f.Items != nil {
		body["values"] = f.Items(s, c)
	}
	papers := []map[string]string{}
	for _, paper := range f.Evidence {
		papers = append(papers, map[string]string{"id": c.Registrar.Evidence(), "kind": paper})
	}
	body["evidence"] = papers
	return body
}

// Approved files a change of a kind, for a pupil made for it, and lets it be carried.
func (s *Stack) Approved(c *County, kind process.Kind) (change string, pupil uuid.UUID) {
	s.T.Helper()
	change = s.Carried(c, s.FilingOf(c, kind))
	return change, Value[uuid.UUID](s, `SELECT student_id FROM change WHERE id = $1`, change)
}

// neighbour makes a pupil of another school below the same bureau.
func neighbour(s *Stack, c *County) map[string]any {
	other, _ := s.Receiver(c, "PRIMARY", 2024)
	return map[string]any{"pupil": s.Named(other, 2024, simulator.Matches).Claim()}
}

func namedPupil(s *Stack, c *County) map[string]any {
	return map[string]any{"student_id": s.Named(c, 2024, simulator.Matches).ID}
}

// newcomer makes the items of the sheet of somebody who has no record yet.
func newcomer(s *Stack, c *County) map[string]string {
	s.T.Helper()
	s.newcomers++
	pupil := s.MadeUp(s.newcomers, 1, s.codeOf(c.School), "2024101")[0]
	items := map[string]string{}
	for field, value := range pupil {
		if field != roster.SchoolCode && field != roster.ClassCode {
			items[string(field)] = value
		}
	}
	return items
}

// Papers uploads one paper of each kind and returns them as a filing names them.
func (p *Person) Papers(kinds ...string) []map[string]string {
	list := []map[string]string{}
	for _, kind := range kinds {
		list = append(list, map[string]string{"id": p.Evidence(), "kind": kind})
	}
	return list
}

// ItemsOf returns the items of the pupil whom a filing describes.
func ItemsOf(body map[string]any) map[string]string {
	items, _ := body["values"].(map[string]string)
	return items
}
