package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/status"
)

// newProcessCommand shows the process catalogue and tells what a changed one would change.
func newProcessCommand() *cobra.Command {
	var lang string
	command := &cobra.Command{Use: "process", Short: "Process catalogue: list, show and check kinds (业务目录)"}
	command.PersistentFlags().StringVar(&lang, "lang", "", "zh or en; the terminal's language when empty")
	in := func() func(process.Text) string {
		if language(lang) == refusal.Chinese {
			return func(t process.Text) string { return t.Zh }
		}
		return func(t process.Text) string { return t.En }
	}
	command.AddCommand(newProcessListCommand(in), newProcessShowCommand(in), newProcessCheckCommand(in))
	return command
}

func newProcessListCommand(in func() func(process.Text) string) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List every kind with its version, rule and steps",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			known, err := process.Load()
			if err != nil {
				return err
			}
			return listProcesses(cmd.OutOrStdout(), known, in())
		},
	}
}

func listProcesses(out io.Writer, known *process.Catalogue, in func(process.Text) string) error {
	var p page
	for _, kind := range known.Kinds() {
		d, _ := known.Entry(kind)
		p.line("%-24s v%d  %s — %s", kind, d.Version, in(d.Name), d.Rule)
		for _, c := range d.Chains() {
			names := []string{}
			for _, s := range c.Steps {
				names = append(names, in(s.Label))
			}
			where := ""
			if c.Route != "" {
				where = in(c.Route.Text()) + ": "
			}
			p.line("    %s%s", where, strings.Join(names, " → "))
		}
	}
	_, err := io.WriteString(out, p.String())
	return err
}

func newProcessShowCommand(in func() func(process.Text) string) *cobra.Command {
	var stage, province string
	show := &cobra.Command{
		Use:   "show KIND",
		Short: "Show the chain of a kind with terms, form, papers, switches and effect",
		Long:  "Without --province it shows the built-in entry with every optional step; with it what runs in that province today (needs database.url).",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := process.Load()
			if err != nil {
				return err
			}
			entry, ok := known.Entry(process.Kind(strings.ToUpper(args[0])))
			if !ok {
				return fmt.Errorf("there is no kind %s; \"xueji process list\" names them", args[0])
			}
			if stage != "" && !entry.Allows(org.Stage(stage)) {
				return fmt.Errorf("%s does not exist for the stage %s", entry.Kind, stage)
			}
			d := entry
			if stage != "" || province != "" {
				policy := known.Default()
				if province != "" {
					if policy, _, err = provincePolicy(cmd, known, province); err != nil {
						return err
					}
				}
				d, _ = known.Define(entry.Kind, org.Stage(stage), policy)
				d.Page = entry.Page
			}
			return showProcess(cmd.OutOrStdout(), known, d, in())
		},
	}
	show.Flags().StringVar(&stage, "stage", "", "PRIMARY, JUNIOR or SENIOR")
	show.Flags().StringVar(&province, "province", "", "division code of the province whose policy counts, for example 520000")
	return show
}

func showProcess(out io.Writer, known *process.Catalogue, d process.Definition, in func(process.Text) string) error {
	var p page
	word := func(zh, en string) string { return in(process.Text{Zh: zh, En: en}) }
	field := func(zh, en, value string) {
		if value != "" {
			p.line("%s: %s", word(zh, en), value)
		}
	}
	p.line("%s  %s  v%d", d.Kind, in(d.Name), d.Version)
	field("申请", "Filed by", in(status.FiledBy(d)))
	field("学段", "Stages", stages(d, in))
	field("依据", "Rule", d.Rule)
	field("学籍异动类别", "XJYDLB", d.Code)
	field("不允许", "Forbidden", join(d.Forbids))
	field("条件", "Needs", in(d.Needs))
	field("结果", "Effect", in(d.Effect))
	field("反向业务", "Undone by", strings.TrimSpace(join(d.Reverse.Kinds)+" "+in(d.Reverse.Text)))
	for _, c := range d.Chains() {
		p.line("")
		if c.Route != "" {
			p.line("%s (%s)", in(c.Route.Text()), c.Route)
		}
		p.chain(c.Steps, known, in)
	}
	if other, may := d.FiledByBureaus(); may {
		p.line("\n%s (bureau_files)", word("由主管部门申请时", "Where bureaus file it"))
		p.chain(other.Steps, known, in)
	}
	p.asked(d, in)
	field("可能出现的提示", "Messages", join(slices.Sorted(slices.Values(d.Messages))))
	_, err := io.WriteString(out, p.String())
	return err
}

func (p *page) chain(steps []process.Step, known *process.Catalogue, in func(process.Text) string) {
	for i, s := range steps {
		p.line("  %d. %s [%s] — %s, %s%s", i+1, in(s.Label), s.Name, in(s.Who()), in(days(s)), remarks(s, known, in))
	}
}

// asked lists the form and the papers; what is required has a star.
func (p *page) asked(d process.Definition, in func(process.Text) string) {
	p.line("")
	for _, i := range d.Inputs {
		later := ""
		if i.Later {
			later = in(process.Text{Zh: "；审核时填写", En: "; filled in at a step"})
		}
		p.line("  %s %s: %s (%s%s)", mark(i.Required), i.Name, in(i.Label), i.Type, later)
		for _, v := range i.Values {
			p.line("      %s %s", v.Code, in(v.Label))
		}
	}
	for _, e := range d.Evidence {
		p.line("  %s %s: %s", mark(e.Required), e.Kind, in(e.Label))
	}
}

func remarks(s process.Step, known *process.Catalogue, in func(process.Text) string) string {
	text := ""
	if s.Optional != "" {
		text += "; " + in(known.SwitchText(s.Optional))
	}
	if m := in(s.Manner()); m != "" {
		text += "; " + m
	}
	return strings.ReplaceAll(text, "`", "")
}

func mark(required bool) string {
	if required {
		return "*"
	}
	return "-"
}

func newProcessCheckCommand(in func() func(process.Text) string) *cobra.Command {
	var province string
	check := &cobra.Command{
		Use:   "check [FILE]",
		Short: "Check the catalogue, or what a changed entry or policy would change",
		Long: "FILE is an entry of the catalogue or a policy. Without --province it is compared with what is built in; " +
			"with it (needs database.url) a policy is compared with the one in force, the policy in force is checked against a changed entry, and the running changes that keep their version are counted.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := process.Load() // judges every entry and the default policy
			if err != nil {
				return err
			}
			if len(args) == 0 {
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%d: %s\n", len(known.Kinds()), in()(process.Text{Zh: "种业务，目录无误", En: "kinds, nothing is wrong"}))
				return err
			}
			text, err := os.ReadFile(args[0])
			if err != nil {
				return err
			}
			return checkFile(cmd, known, text, province, in())
		},
	}
	check.Flags().StringVar(&province, "province", "", "division code of the province, for example 520000")
	return check
}

// checkFile tells what an entry of the catalogue or a policy would change.
func checkFile(cmd *cobra.Command, known *process.Catalogue, text []byte, province string, in func(process.Text) string) error {
	var head struct {
		Kind process.Kind `yaml:"kind"`
	}
	_ = yaml.Unmarshal(text, &head) // what cannot be read is told by the check below
	before, running := known.Default(), []policy.Use(nil)
	if province != "" {
		var err error
		if before, running, err = provincePolicy(cmd, known, province); err != nil {
			return err
		}
	}
	var p page
	var unfit error
	if head.Kind != "" {
		entry, err := process.ParseEntry(text)
		if err != nil {
			return err
		}
		later, err := known.With(entry)
		if err != nil {
			return err
		}
		tellEntry(&p, known, entry, in)
		unfit = outgrown(known, later, before)
		running = slices.DeleteFunc(running, func(u policy.Use) bool { return u.Kind != entry.Kind })
	} else {
		if err := policy.CheckFile(known, text); err != nil {
			return err
		}
		after, err := known.Overlay(before.Version+1, text)
		if err != nil {
			return err
		}
		tellPolicy(&p, known, before, after, in)
	}
	for _, u := range running {
		p.line(in(process.Text{Zh: "%s：%d 件在办业务保留规则第 %d 版、业务第 %s 版", En: "%s: %d running changes keep version %d of the policy and %s of the kind"}),
			u.Kind, u.Changes, u.Version, u.DefinitionVersion)
	}
	_, err := io.WriteString(cmd.OutOrStdout(), p.String())
	return errors.Join(err, unfit)
}

// outgrown tells what of a province's policy a later catalogue would no longer take:
// a release that brings it would stop new changes there.
func outgrown(known, later *process.Catalogue, policy process.Policy) error {
	body, err := known.Body(policy)
	if err != nil {
		return err
	}
	_, had := known.Check(body) // what was stored before a rule became stricter
	_, has := later.Check(body)
	var list []error
	for _, f := range has {
		if !slices.ContainsFunc(had, func(o *process.Fault) bool { return o.Error() == f.Error() }) {
			list = append(list, fmt.Errorf("version %d of the policy would not fit any more: %w", policy.Version, f))
		}
	}
	return errors.Join(list...)
}

func tellEntry(p *page, known *process.Catalogue, entry process.Definition, in func(process.Text) string) {
	was, ok := known.Entry(entry.Kind)
	if !ok {
		p.line("%s: %s", entry.Kind, in(process.Text{Zh: "新业务", En: "a new kind"}))
		return
	}
	changes := process.Compare(was, entry)
	for _, c := range changes {
		p.line("%s %s", entry.Kind, difference(c))
	}
	if len(changes) == 0 {
		p.line("%s: %s", entry.Kind, in(process.Text{Zh: "没有变化", En: "nothing changes"}))
	} else if entry.Version <= was.Version {
		p.line("%s: %s", entry.Kind, in(process.Text{Zh: "请提高版本号（version）", En: "raise its version"}))
	}
}

func tellPolicy(p *page, known *process.Catalogue, before, after process.Policy, in func(process.Text) string) {
	for _, c := range process.Differences(before, after) {
		p.line("%s: %s", in(known.RuleLabel(c.Path)), difference(c))
	}
	for _, c := range known.Consequences(before, after) {
		where := join(c.Stages)
		if c.Route != "" {
			where = string(c.Route) + " " + where
		}
		p.line("%s %s (%s): %s", c.Kind, in(c.Name), where, strings.Join(c.After, " → "))
		for _, one := range c.Changes {
			p.line("    %s", difference(one))
		}
	}
	if p.Len() == 0 {
		p.line("%s", in(process.Text{Zh: "没有变化", En: "nothing changes"}))
	}
}

func difference(d process.Difference) string {
	value := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			return "?"
		}
		return string(text)
	}
	return fmt.Sprintf("%s: %s → %s", d.Path, value(d.Before), value(d.After))
}

// provincePolicy reads what is in force in a province and how many running changes
// keep which version. It runs as the owner of the schema.
func provincePolicy(cmd *cobra.Command, known *process.Catalogue, province string) (process.Policy, []policy.Use, error) {
	cfg, err := settings(cmd)
	if err != nil {
		return process.Policy{}, nil, err
	}
	clock, err := ownedClock(cfg)
	if err != nil {
		return process.Policy{}, nil, err
	}
	conn, err := pgx.Connect(cmd.Context(), cfg.Database.URL.Reveal())
	if err != nil {
		return process.Policy{}, nil, fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(cmd.Context())) }()
	return policy.OfProvince(cmd.Context(), conn, known, province, clock.Today())
}
