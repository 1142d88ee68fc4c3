package rules_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/apitest"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/rules"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/storetest"
)

type m = map[string]any

func draft(basedOn int, from string, rules m) m {
	return m{"body": rules, "valid_from": from, "based_on": basedOn, "reason": "黔教发〔2026〕1号"}
}

func addition(key string, body m) apitest.Call {
	return apitest.Call{Method: "POST", Path: "/v1/policies", Body: body, Key: key}
}

func trial(basedOn int, rules m) apitest.Call {
	return apitest.Post("/v1/policies/check", m{"body": rules, "valid_from": "2026-11-20", "based_on": basedOn})
}

func TestAProvinceAddsVersionsOfItsRules(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Province, org.BureauSysadmin)
	key := uuid.NewString()
	var first, again rules.PolicyVersion
	body := draft(0, "2026-11-20", m{"class_capacity": 50, "terms": m{"SUSPENSION": m{"BUREAU_APPROVAL": "5wd"}}})
	w.Must(201, admin.Token, addition(key, body), &first)
	require.Equal(t, 1, first.Version)
	require.True(t, first.InForce)
	require.Equal(t, []string{"/class_capacity", "/terms/SUSPENSION/BUREAU_APPROVAL"}, first.Differs)
	require.Equal(t, []string{"班额上限", "环节期限 · 休学 · 主管部门审批"}, first.Labels)
	w.Must(201, admin.Token, addition(key, body), &again)
	require.Equal(t, first, again, "the same request again adds nothing")
	w.Refused("idempotency_key_reused", admin.Token, addition(key, draft(0, "2026-11-20", m{})))
	w.Refused("version_conflict", admin.Token, addition(uuid.NewString(), draft(0, "2026-11-20", m{})))
	w.Refused("policy_past", admin.Token, addition(uuid.NewString(), draft(1, "2026-11-19", m{})))
	w.Must(201, admin.Token, addition(uuid.NewString(), draft(1, "2026-12-01", m{"class_capacity": 45})), &first)
	require.False(t, first.InForce)

	clerk := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	var list struct{ Items []rules.PolicyVersion }
	w.Must(200, clerk.Token, apitest.Get("/v1/policies"), &list)
	require.Len(t, list.Items, 2)
	require.Equal(t, []int{2, 1}, []int{list.Items[0].Version, list.Items[1].Version})
	require.Equal(t, apitest.PersonName, list.Items[0].Author)
	require.Equal(t, "黔教发〔2026〕1号", list.Items[0].Comment)
	require.True(t, list.Items[1].InForce)
	var text rules.PolicyText
	w.Must(200, clerk.Token, apitest.Get("/v1/policies/1"), &text)
	require.Len(t, text.Body, 2)
	require.Equal(t, 50, text.Effective.ClassCapacity)
	var diff rules.PolicyDiff
	w.Must(200, clerk.Token, apitest.Get("/v1/policies/2/diff?against=1"), &diff)
	require.Len(t, diff.Changes, 2)
	require.Equal(t, "班额上限", diff.Changes[0].Label)
	require.InDelta(t, 45, diff.Changes[0].After, 0)
	require.Len(t, diff.Chains, 1)
	require.Equal(t, "SUSPENSION", string(diff.Chains[0].Kind))
	require.Equal(t, "主管部门审批", diff.Chains[0].Will[1].Label.Zh, "a person reads names, not codes")
	require.Equal(t, "5wd", diff.Chains[0].Was[1].Term.String())
	require.Equal(t, "10wd", diff.Chains[0].Will[1].Term.String())
	w.Refused("not_found", clerk.Token, apitest.Get("/v1/policies/3"))
	w.Must(200, clerk.Token, apitest.Get("/v1/policies/0"), &text)
	require.False(t, text.InForce, "a version is")
	w.Must(200, w.LogIn(storetest.FarBureau, org.BureauReviewer).Token, apitest.Get("/v1/policies/0"), &text)
	require.True(t, text.InForce, "in a province without versions")
	w.Must(200, clerk.Token, apitest.Get("/v1/policies/2"), &text)
	require.Equal(t, list.Items[0].Differs, text.Differs, "as in the list: from the version before")
	require.Equal(t, 2, apitest.One[int](w, `SELECT count(*)::int FROM audit_entry WHERE action = 'policy.add' AND account_id = $1`, admin.Account))
	require.Equal(t, "n.p52", apitest.One[string](w, `SELECT office_path::text FROM audit_entry WHERE action = 'policy.add' LIMIT 1`))
}

func TestOnlyTheProvincesOwnBureauChangesItsRules(t *testing.T) {
	w := apitest.New(t)
	for _, office := range []string{storetest.Bureau, storetest.City, storetest.Nation} {
		p := w.Refused("policy_office", w.LogIn(office, org.BureauSysadmin).Token, addition(uuid.NewString(), draft(0, "2026-11-20", m{})))
		require.Contains(t, p.Detail, "省级主管部门")
	}
	w.Refused("forbidden", w.LogIn(storetest.Province, org.BureauHead).Token, addition(uuid.NewString(), draft(0, "2026-11-20", m{})))
	w.Must(201, w.LogIn(storetest.Province, org.BureauSysadmin).Token, addition(uuid.NewString(), draft(0, "2026-11-20", m{"class_capacity": 40})), nil)
	other := w.LogIn(storetest.FarBureau, org.BureauReviewer)
	var list struct{ Items []rules.PolicyVersion }
	w.Must(200, other.Token, apitest.Get("/v1/policies"), &list)
	require.Empty(t, list.Items, "each province has its own")
}

func TestEveryFaultOfARuleIsToldAtOnce(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Province, org.BureauSysadmin)
	step := m{"name": "CITY_APPROVAL", "label": m{"zh": "市级审批", "en": "City approval"}, "side": "FILER", "level": "CITY", "role": "SCHOOL_LEADER", "term": "10wd", "own": true}
	check := func(rules m) rest.Problem { return w.Refused("policy_fault", admin.Token, trial(0, rules)) }
	found := func(p rest.Problem) (fields []string) {
		for _, e := range p.Errors {
			fields = append(fields, e.Pointer)
			require.NotEmpty(t, e.Detail)
		}
		return fields
	}
	require.Equal(t, []string{"/body/class_capacty", "/body/terms/NOTHING", "/body/terms/SUSPENSION/BUREAU_APPROVAL"},
		found(check(m{"class_capacty": 50, "terms": m{"NOTHING": m{}, "SUSPENSION": m{"BUREAU_APPROVAL": "soon"}}})))
	require.Equal(t, []string{
		"/body/chains/SUSPENSION/SENIOR", "/body/chains/SUSPENSION/SENIOR/0/own", "/body/chains/SUSPENSION/SENIOR/0/role",
		"/body/chains/SUSPENSION/UNIVERSITY", "/body/class_capacity", "/body/key_fields", "/body/terms/SUSPENSION/NOPE",
	}, found(check(m{
		"class_capacity": 0, "key_fields": []string{"blood"}, "terms": m{"SUSPENSION": m{"NOPE": "5wd"}},
		"chains": m{"SUSPENSION": m{"SENIOR": []m{step}, "UNIVERSITY": []m{{"name": "A1", "label": m{"zh": "审", "en": "A"}, "side": "FILER", "level": "SCHOOL", "role": "PRINCIPAL", "term": "5wd"}}}},
	})))
	require.Equal(t, []string{"/body/terms/SUSPENSION/BUREAU_APPROVAL", "/body/terms/SUSPENSION/LEADER_REVIEW"},
		found(check(m{"terms": m{"SUSPENSION": m{"BUREAU_APPROVAL": "", "LEADER_REVIEW": nil}}})), "a step without days would be overdue when it opens")
	require.Equal(t, []string{"/body/lookups_per_day", "/body/suspension_months"}, found(check(m{"lookups_per_day": 1_000_001, "suspension_months": 10_001})))
	require.Equal(t, []string{"/body/chains/SUSPENSION/SENIOR/0/label/zh"}, found(check(m{"chains": m{"SUSPENSION": m{"SENIOR": []m{{"label": m{"zh": "审\u0000核"}}}}}})))
	require.Equal(t, []string{
		"/body/class_capacity", "/body/gone_abroad", "/body/key_fields", "/body/retention_percent", "/body/suspension_months", "/body/suspension_registered", "/body/version",
	}, found(check(m{
		"class_capacity": 100000, "suspension_months": 24.7, "suspension_registered": "yes", "version": 7, // of another form
		"retention_percent": 900, "gone_abroad": "X", "key_fields": []string{"blood"}, // of another meaning
	})), "one round tells both")
}

func TestATrialOfWhatIsStaleIsRefusedLikeAddingIt(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Province, org.BureauSysadmin)
	w.Must(200, admin.Token, trial(0, m{}), nil)
	w.Refused("version_conflict", admin.Token, trial(1, m{}))
	w.Must(201, admin.Token, addition(uuid.NewString(), draft(0, "2026-12-01", m{"class_capacity": 45})), nil)
	p := w.Refused("version_conflict", admin.Token, trial(0, m{"class_capacity": 50}))
	require.Equal(t, "/based_on", p.Errors[0].Pointer)
	w.Refused("version_conflict", admin.Token, addition(uuid.NewString(), draft(0, "2026-12-01", m{"class_capacity": 50})))
	w.Must(200, admin.Token, trial(1, m{"class_capacity": 50}), nil)
	w.Refused("policy_fault", admin.Token, trial(0, m{"class_capacity": 0})) // as when it is added: what is wrong comes first
}

func TestATrialTellsWhatWouldChange(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Province, org.BureauSysadmin)
	w.Change(storetest.SchoolA)
	w.Must(201, admin.Token, addition(uuid.NewString(), draft(0, "2027-01-01", m{"class_capacity": 45})), nil)
	var check rules.PolicyCheck
	w.Must(200, admin.Token, apitest.Post("/v1/policies/check", m{
		"body": m{"class_capacity": 50, "province_audit_in": true}, "valid_from": "2026-12-01", "based_on": 1,
	}), &check)
	require.Zero(t, check.InForce)
	require.Equal(t, 1, check.Newest)
	require.Equal(t, 1, *check.EndsWith, "what is to come takes its place")
	require.Equal(t, "2027-01-01", check.EndsOn)
	require.Len(t, check.Changes, 2)
	require.NotEmpty(t, check.Chains)
	require.Len(t, check.Running, 1)
	require.Equal(t, int64(1), check.Running[0].Changes)
	require.Zero(t, apitest.One[int](w, `SELECT count(*)::int FROM policy WHERE version > 1`), "nothing is stored")
}

func TestTwoAdministratorsAtOnce(t *testing.T) {
	w := apitest.New(t)
	var codes sync.Map
	var group sync.WaitGroup
	for i, admin := range []apitest.Caller{w.LogIn(storetest.Province, org.BureauSysadmin), w.LogIn(storetest.Province, org.BureauSysadmin)} {
		c := addition(uuid.NewString(), draft(0, "2026-11-20", m{"class_capacity": 40 + i}))
		group.Go(func() { codes.Store(w.Send(admin.Token, c).Code, true) })
	}
	group.Wait()
	_, added := codes.Load(201)
	_, refused := codes.Load(409)
	require.True(t, added && refused, "one adds its version, the other is told to look again")
	require.Equal(t, 1, apitest.One[int](w, `SELECT count(*)::int FROM policy`))
}

func TestTheCatalogueSaysWhatAKindNeedsAndDoes(t *testing.T) {
	w := apitest.New(t)
	clerk := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	read := func() rules.ProcessView {
		var list struct{ Items []rules.ProcessView }
		w.Must(200, clerk.Token, apitest.Get("/v1/processes?stage=SENIOR"), &list)
		for _, one := range list.Items {
			require.NotEmpty(t, one.Effect.Zh, one.Kind)
			require.Positive(t, one.Version)
			if one.Kind == "SKIP" {
				return one
			}
		}
		t.Fatal("no such kind")
		return rules.ProcessView{}
	}
	skip := read()
	require.Equal(t, []rules.ProcessSwitch{{Switch: "SKIP_CITY_APPROVAL", Rule: "skip_city", Label: "跳级须市级审批", Steps: []string{"CITY_APPROVAL"}}}, skip.Switches)
	require.Len(t, skip.Steps, 2)
	require.Equal(t, []process.Kind{"RETENTION"}, skip.Reverse.Kinds)
	w.Must(201, w.LogIn(storetest.Province, org.BureauSysadmin).Token, addition(uuid.NewString(), draft(0, "2026-11-20", m{"skip_city": true})), nil)
	skip = read()
	require.True(t, skip.Switches[0].On)
	require.Len(t, skip.Steps, 3)
}

// Without a stage an office reads every kind it may meet: a bureau all, a school
// those of its stages, so that a compulsory one reads of no expulsion (D14).
func TestTheCatalogueOfAnOffice(t *testing.T) {
	w := apitest.New(t)
	whole := w.NewSchool(storetest.Bureau, "2152000008", office.NewGrade{Stage: org.Primary, EntryYear: 2026, Classes: 1, Capacity: 45},
		office.NewGrade{Stage: org.Senior, EntryYear: 2026, Classes: 1, Capacity: 45})
	nine := w.NewSchool(storetest.Bureau, "2152000009", office.NewGrade{Stage: org.Primary, EntryYear: 2026, Classes: 1, Capacity: 45},
		office.NewGrade{Stage: org.Junior, EntryYear: 2026, Classes: 1, Capacity: 45})
	kinds := func(who apitest.Caller, query string) map[process.Kind]org.Stage {
		var list struct{ Items []rules.ProcessView }
		w.Must(200, who.Token, apitest.Get("/v1/processes"+query), &list)
		met := map[process.Kind]org.Stage{}
		for _, one := range list.Items {
			met[one.Kind] = one.Stage
			require.Equal(t, one.Kind == process.Transfer || one.Kind == process.Arbitration || one.Kind == process.AdmissionArbitration || one.Kind == process.PostGraduationStudy ||
				one.Kind == process.RestoreAdmission || one.Kind == process.ReturnFromAbroad, one.Receives, one.Kind)
		}
		return met
	}
	bureau, both := w.LogIn(storetest.Province, org.BureauReviewer), w.LogIn(whole, org.SchoolRegistrar)
	compulsory := w.LogIn(nine, org.SchoolRegistrar)
	require.Len(t, kinds(bureau, ""), len(w.Processes.Kinds()))
	for _, kind := range []process.Kind{process.Expulsion, process.Withdrawal, process.SeniorTransfer} {
		require.Equal(t, org.Senior, kinds(bureau, "")[kind], kind)
		require.Equal(t, org.Senior, kinds(both, "")[kind], kind)
		require.NotContains(t, kinds(compulsory, ""), kind)
		require.NotContains(t, kinds(bureau, "?stage=PRIMARY"), kind)
	}
	require.Equal(t, org.Primary, kinds(compulsory, "")[process.Suspension])
	require.Equal(t, org.Junior, kinds(bureau, "?stage=JUNIOR")[process.Suspension])
}

func TestAProcessAsASheet(t *testing.T) {
	w := apitest.New(t)
	clerk := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	for _, kind := range w.Processes.Kinds() {
		var sheet rules.ProcessSheet
		w.Must(200, clerk.Token, apitest.Get("/v1/processes/"+string(kind)), &sheet)
		require.NotEmpty(t, sheet.Rows, kind)
		require.NotEmpty(t, sheet.UndoneBy, kind)
	}
	var sheet rules.ProcessSheet
	w.Must(200, clerk.Token, apitest.Get("/v1/processes/SUSPENSION?stage=SENIOR"), &sheet)
	require.Equal(t, "学校学籍管理员", sheet.FiledBy)
	require.Equal(t, []string{"复学"}, sheet.UndoneBy)
	require.Equal(t, rules.SheetRow{Part: "STEP", No: 2, Code: "BUREAU_APPROVAL", Label: "主管部门审批", Who: "主管部门 · 教育局学籍管理员", Term: "10wd", Required: true}, sheet.Rows[1])
	w.Refused("not_found", clerk.Token, apitest.Get("/v1/processes/NOTHING"))
	w.Refused("stage_forbids", clerk.Token, apitest.Get("/v1/processes/WITHDRAWAL?stage=PRIMARY"))
}

// A release that can no longer read a province's rules says so to everybody with what
// helps, and the province's administrator can help: by a version that takes its place.
func TestRulesAReleaseHasOutgrownAreReplaced(t *testing.T) {
	w := apitest.New(t)
	admin := w.LogIn(storetest.Province, org.BureauSysadmin)
	w.Legacy(`INSERT INTO policy (province_code, version, valid_from, body, created_at) VALUES ('520000', 1, '2026-01-01', '{"of_a_former_release": 1}', now())`)
	p := w.Refused("policy_outgrown", w.LogIn(storetest.SchoolA, org.SchoolRegistrar).Token, apitest.Get("/v1/policy"))
	require.Contains(t, p.Detail, "第1版")
	w.Refused("policy_outgrown", admin.Token, apitest.Get("/v1/policies/1"))
	var list struct{ Items []rules.PolicyVersion }
	w.Must(200, admin.Token, apitest.Get("/v1/policies"), &list)
	require.True(t, list.Items[0].Outgrown)
	require.True(t, list.Items[0].InForce)
	var check rules.PolicyCheck
	w.Must(200, admin.Token, apitest.Post("/v1/policies/check", m{"body": m{"class_capacity": 50}, "valid_from": "2026-11-20", "based_on": 1}), &check)
	require.Equal(t, 1, check.InForce)
	require.Len(t, check.Changes, 1)
	var added rules.PolicyVersion
	w.Must(201, admin.Token, addition(uuid.NewString(), draft(1, "2026-11-20", m{"class_capacity": 50})), &added)
	require.True(t, added.InForce)
	require.Equal(t, []string{"/class_capacity"}, added.Differs)
	w.Must(200, admin.Token, apitest.Get("/v1/policy"), nil)
}

// A form is made of what the register says about its rules: everybody of a province reads
// the same, in words and with the bounds that are kept.
func TestTheRulesOfAPolicyAreToldInWords(t *testing.T) {
	w := apitest.New(t)
	clerk := w.LogIn(storetest.SchoolA, org.SchoolRegistrar)
	var list struct{ Items []rules.PolicyRule }
	w.Must(200, clerk.Token, apitest.Get("/v1/policy/rules"), &list)
	byKey := map[string]rules.PolicyRule{}
	for _, rule := range list.Items {
		byKey[rule.Key] = rule
	}
	months := byKey["suspension_months"]
	require.Equal(t, "一次休学最长月数", months.Label)
	require.Equal(t, "个月", months.Unit)
	require.Equal(t, process.FormNumber, months.Form)
	require.Equal(t, []int{1, 10_000}, []int{months.Min, months.Max})
	require.InDelta(t, 12, months.BuiltIn, 0)
	require.Contains(t, byKey["handover_months"].Source, "教基一")
	require.Contains(t, byKey["key_fields"].Choices, rules.RuleChoice{Code: "ethnicity", Label: "民族"})
	require.Contains(t, byKey["bureau_files"].Choices, rules.RuleChoice{Code: "KEY_DATA_CHANGE", Label: "关键数据变更"})
	admin := w.LogIn(storetest.Province, org.BureauSysadmin)
	w.Must(201, admin.Token, addition(uuid.NewString(), draft(0, "2026-11-20", m{"key_fields": []string{"name", "ethnicity"}})), nil)
}
