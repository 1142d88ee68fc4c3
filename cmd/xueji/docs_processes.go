package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// processFolder holds one generated page for each kind, and nothing else.
const processFolder = "docs/processes"

// rulesFolder holds what a kind does to a record, without a database.
const rulesFolder = "models/status"

// processPages gives the page of every kind by its file. The checkout is searched for
// the files that make the kind.
func processPages(checkout string) (map[string]string, error) {
	known, err := process.Load()
	if err != nil {
		return nil, err
	}
	sentences, err := refusal.LoadCatalogue()
	if err != nil {
		return nil, err
	}
	made, err := readPlaces(checkout)
	if err != nil {
		return nil, err
	}
	pages := map[string]string{}
	for _, kind := range known.Kinds() {
		d, ok := known.Entry(kind)
		if !ok {
			return nil, fmt.Errorf("the catalogue lists %s and does not define it", kind)
		}
		pages[processFolder+"/"+string(kind)+".md"] = processPage(d, known, sentences, made)
	}
	return pages, nil
}

// writeProcessPages writes the pages into a checkout and takes away those of kinds
// that are gone.
func writeProcessPages(checkout string) error {
	pages, err := processPages(checkout)
	if err != nil {
		return err
	}
	folder := filepath.Join(checkout, processFolder)
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // a public document of the repository
		return err
	}
	have, err := fs.Glob(os.DirFS(checkout), processFolder+"/*")
	if err != nil {
		return err
	}
	var list []error
	for _, file := range have {
		if _, wanted := pages[file]; !wanted {
			list = append(list, os.Remove(filepath.Join(checkout, file)))
		}
	}
	for file, page := range pages {
		list = append(list, os.WriteFile(filepath.Join(checkout, file), []byte(page), 0o644)) //nolint:gosec // a public document of the repository
	}
	return errors.Join(list...)
}

// processIndex is the table of all kinds with links to their pages.
func processIndex() (string, error) {
	known, err := process.Load()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("| Kind 业务 | Filed by 申请 | Steps 环节 | Needs 条件 | Effect 结果 | Version |\n|---|---|---|---|---|---|\n")
	for _, kind := range known.Kinds() {
		d, _ := known.Entry(kind)
		var chains []string
		for _, c := range d.Chains() {
			chain := []string{}
			for _, s := range c.Steps {
				chain = append(chain, s.Label.Zh)
			}
			line := strings.Join(chain, " → ")
			if c.Route != "" {
				line = c.Route.Text().Zh + "：" + line
			}
			chains = append(chains, line)
		}
		fmt.Fprintf(&b, "| [%s %s](processes/%s.md) `%s` | %s | %s | %s | %s | %d |\n", d.Name.Zh, cell(d.Name.En), kind, kind, status.FiledBy(d).Zh,
			strings.Join(chains, "<br>"), cell(d.Needs.Zh), cell(d.Effect.Zh), d.Version)
	}
	return b.String(), nil
}

// page writes one page line by line.
type page struct{ strings.Builder }

func (p *page) line(format string, args ...any) {
	_, _ = p.WriteString(fmt.Sprintf(format, args...) + "\n")
}

func (p *page) said(title string, t process.Text) {
	if t.Zh != "" {
		p.line("## %s\n\n%s。\n\n%s.\n", title, t.Zh, t.En)
	}
}

func processPage(d process.Definition, known *process.Catalogue, sentences *refusal.Catalogue, made *places) string {
	var p page
	p.line("<!-- Generated of models/process/catalogue by \"make generate\"; do not edit. -->\n")
	p.line("# %s %s\n", d.Name.Zh, d.Name.En)
	p.line("`%s` · Version 版本 %d · Workflow type `%s`\n", d.Kind, d.Version, d.Kind.WorkflowName())
	p.line("| | |\n|---|---|")
	p.line("| 申请 Filed by | %s |", both(status.FiledBy(d)))
	p.line("| 学段 Stages | %s |", stages(d, both))
	p.line("| 依据 Rule | %s |", explained(cell(d.Rule)))
	if d.Code != "" {
		p.line("| 学籍异动类别 XJYDLB | %s |", d.Code)
	}
	if len(d.Forbids) > 0 {
		p.line("| 不允许 Forbidden | %s |", join(d.Forbids))
	}
	p.line("")
	p.said("条件 What it needs", d.Needs)
	p.said("结果 What it does", d.Effect)
	p.reverse(d, known)
	p.line("## 环节 Steps\n")
	p.line("期限为默认规则的工作日；省可改环节和期限（[省级规则](../policy.md)）。Terms are the working days of the built-in policy; a province may change steps and terms.\n")
	for _, c := range d.Chains() {
		if c.Route != "" {
			p.line("### %s `%s`\n", both(c.Route.Text()), c.Route)
		}
		p.line("%s", chart(d, c.Steps))
		p.steps(c.Steps, known)
	}
	if other, may := d.FiledByBureaus(); may {
		p.line("### 由主管部门申请时 Where bureaus file it\n")
		p.line("省级规则 `bureau_files` 含此业务时，学校不能申请。Where `bureau_files` of the policy names this kind, schools do not file it.\n")
		p.line("%s", chart(other, other.Steps))
		p.steps(other.Steps, known)
	}
	p.form(d)
	p.messages(d, sentences)
	p.made(d.Kind, made)
	return strings.TrimRight(p.String(), "\n") + "\n"
}

func (p *page) reverse(d process.Definition, known *process.Catalogue) {
	if d.Reverse.IsZero() {
		return
	}
	p.line("## 反向业务 What undoes it\n")
	for _, kind := range d.Reverse.Kinds {
		other, _ := known.Entry(kind)
		p.line("- [%s](%s.md) `%s`", both(other.Name), kind, kind)
	}
	if d.Reverse.Zh != "" {
		p.line("%s。%s.", d.Reverse.Zh, d.Reverse.En)
	}
	p.line("")
}

// chart draws a chain: automatic steps have six corners, optional ones broken lines.
func chart(d process.Definition, steps []process.Step) string {
	var b strings.Builder
	word := strings.NewReplacer(`"`, "'", "[", "(", "]", ")", "<", "", ">", "")
	fmt.Fprintf(&b, "```mermaid\nflowchart LR\n  f([\"%s\"])\n", word.Replace("申请："+status.FiledBy(d).Zh))
	before := "f"
	for i, s := range steps {
		left, right := "[", "]"
		if s.Act != "" {
			left, right = "{{", "}}"
		}
		arrow := "-->"
		if s.Optional != "" {
			arrow = "-.->"
		}
		fmt.Fprintf(&b, "  s%d%s\"%d %s<br/>%s<br/>%s\"%s\n  %s %s s%d\n", i+1, left, i+1, word.Replace(s.Label.Zh), word.Replace(s.Who().Zh), days(s).Zh, right, before, arrow, i+1)
		before = fmt.Sprintf("s%d", i+1)
	}
	fmt.Fprintf(&b, "  e([\"生效\"])\n  %s --> e\n```\n", before)
	return b.String()
}

func days(s process.Step) process.Text {
	if s.Term.Workdays > 0 {
		return process.Text{Zh: fmt.Sprintf("%d 个工作日", s.Term.Workdays), En: fmt.Sprintf("%d working days", s.Term.Workdays)}
	}
	return process.Text{Zh: s.Term.String(), En: s.Term.String()}
}

func (p *page) steps(steps []process.Step, known *process.Catalogue) {
	p.line("| | 环节 Step | 办理 Decided by | 期限 Term | 说明 Remarks |\n|---|---|---|---|---|")
	for i, s := range steps {
		remarks := []string{}
		if s.Optional != "" {
			t := known.SwitchText(s.Optional)
			remarks = append(remarks, "可选 optional: "+both(t))
		}
		if len(s.Stages) > 0 {
			remarks = append(remarks, "仅限 only: "+stages(process.Definition{Stages: s.Stages}, both))
		}
		if m := s.Manner(); m.Zh != "" {
			remarks = append(remarks, both(m))
		}
		role := ""
		if s.Act == "" {
			role = " `" + string(s.Role) + "`"
		}
		p.line("| %d | %s<br>`%s` | %s<br>%s%s | %s | %s |", i+1, cell(both(s.Label)), s.Name, s.Who().Zh, cell(s.Who().En), role, s.Term, cell(strings.Join(remarks, "; ")))
	}
	p.line("")
}

func (p *page) form(d process.Definition) {
	if len(d.Inputs) > 0 {
		p.line("## 填写项目 Form\n\n| 项目 Input | | 必填 Required | 类型 Type | 选项 Values |\n|---|---|---|---|---|")
		for _, in := range d.Inputs {
			when := yes(in.Required)
			if in.Later {
				when += "（审核时填写 filled in at a step）"
			}
			p.line("| `%s` | %s | %s | %s | %s |", in.Name, cell(both(in.Label)), when, in.Type, choices(in.Values))
		}
		p.line("")
	}
	if len(d.Evidence) > 0 {
		p.line("## 佐证材料 Evidence\n\n| 材料 Paper | | 必需 Required |\n|---|---|---|")
		for _, e := range d.Evidence {
			p.line("| `%s` | %s | %s |", e.Kind, cell(both(e.Label)), yes(e.Required))
		}
		p.line("")
	}
}

// messages lists the refusals of this kind; those of every kind stand in the index.
func (p *page) messages(d process.Definition, sentences *refusal.Catalogue) {
	if len(d.Messages) == 0 {
		return
	}
	p.line("## 可能出现的提示 Messages\n")
	p.line("所有业务共有的提示见[错误代码](../errors.md)。Those of every kind stand in the list of codes.\n\n| 代码 Code | 中文 | English |\n|---|---|---|")
	codes := slices.Clone(d.Messages)
	slices.Sort(codes)
	for _, code := range codes {
		e := sentences.Entry(code)
		p.line("| `%s` | %s | %s |", code, cell(e.Zh), cell(e.En))
	}
	p.line("")
}

// made names the files that make the kind, so that a reader finds the code from the page.
func (p *page) made(kind process.Kind, at *places) {
	p.line("## 代码位置 Where it is made\n")
	p.line("| | |\n|---|---|")
	rules, register := []string{}, []string{}
	for _, file := range at.of(kind) {
		if strings.HasPrefix(file, rulesFolder) {
			rules = append(rules, file)
		} else {
			register = append(register, file)
		}
	}
	p.files("业务定义 Catalogue", "models/process/catalogue/", []string{at.catalogueEntry(kind)})
	p.files("规则 Rules", rulesFolder+"/", rules)
	p.files("登记 Register", "models/", register)
	p.files("所有业务的表 Tables of all kinds", "models/", at.tables())
	p.files("历史回放 Recorded histories", "workflows/testdata/histories/"+kind.WorkflowName()+"-", at.histories(kind))
	p.line("")
}

// files writes a row of links, each named without what all have in front.
func (p *page) files(title, folder string, list []string) {
	links := []string{}
	for _, file := range list {
		if file != "" {
			links = append(links, fmt.Sprintf("[%s](../../%s)", strings.TrimSuffix(strings.TrimPrefix(file, folder), ".json"), file))
		}
	}
	if len(links) > 0 {
		p.line("| %s | %s |", title, strings.Join(links, ", "))
	}
}

// explained links the numbers of a rule to the page that explains them.
func explained(rule string) string {
	return strings.NewReplacer("domain ", "[domain](../domain.md) ", "hard rule ", "[hard rule](../domain.md#7-hard-rules) ").Replace(rule)
}

func yes(is bool) string {
	if is {
		return "✓"
	}
	return ""
}
