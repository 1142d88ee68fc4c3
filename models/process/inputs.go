package process

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/refusal"
)

// defaultMax is the longest text, in characters, of an input without a limit of its own.
const defaultMax = 200

// CheckInputs returns all refusals of the applicant's inputs, each with the JSON pointer
// of the item. Refusals never repeat a value.
func (d Definition) CheckInputs(inputs map[string]string) []*refusal.Error {
	return checkInputs(d.Inputs, inputs, func(in Input) bool { return !in.Later })
}

// CheckFiled is CheckInputs for a form that was filed before. The confirmation of the
// filing is no longer there and not asked for again.
func (d Definition) CheckFiled(inputs map[string]string) []*refusal.Error {
	return checkInputs(d.Inputs, d.filed(inputs), func(in Input) bool { return !in.Later && !in.Passing })
}

// filed returns the inputs of the form without those that are filled in later.
func (d Definition) filed(inputs map[string]string) map[string]string {
	filed := maps.Clone(inputs)
	for _, in := range d.Inputs {
		if in.Later {
			delete(filed, in.Name)
		}
	}
	return filed
}

// Corrected returns the inputs after the applicant wrote the form again. Inputs that were
// filled in at a step keep their values.
func (d Definition) Corrected(inputs, form map[string]string) map[string]string {
	all := maps.Clone(form)
	for _, in := range d.Inputs {
		if value, given := inputs[in.Name]; in.Later && given {
			all[in.Name] = value
		}
	}
	return all
}

// CheckLater refuses inputs of a form that only a later step asks for.
func (d Definition) CheckLater(form map[string]string) []*refusal.Error {
	var list []*refusal.Error
	for _, in := range d.Inputs {
		if _, given := form[in.Name]; in.Later && given {
			list = append(list, refusal.New(refusal.InputUnknown).At("/inputs/"+in.Name).WithText("field", in.Label.Zh, in.Label.En))
		}
	}
	return list
}

// CheckAsked is CheckInputs for the inputs that the approver of a step fills in.
func (d Definition) CheckAsked(s Step, inputs map[string]string) []*refusal.Error {
	return checkInputs(d.Inputs, inputs, func(in Input) bool { return slices.Contains(s.Asks, in.Name) })
}

// checkInputs judges the inputs that are asked for now, and refuses all others.
func checkInputs(all []Input, inputs map[string]string, asked func(Input) bool) []*refusal.Error {
	var list []*refusal.Error
	for name := range inputs {
		i := slices.IndexFunc(all, func(in Input) bool { return in.Name == name })
		switch {
		case i < 0:
			list = append(list, refusal.New(refusal.InputUnknown).At("/inputs/"+name).With("field", name))
		case !asked(all[i]): // a later step asks for it
			list = append(list, refusal.New(refusal.InputUnknown).At("/inputs/"+name).WithText("field", all[i].Label.Zh, all[i].Label.En))
		}
	}
	slices.SortFunc(list, func(a, b *refusal.Error) int { return strings.Compare(a.Field, b.Field) })
	for _, in := range all {
		if !asked(in) {
			continue
		}
		if e := in.check(strings.TrimSpace(inputs[in.Name])); e != nil {
			list = append(list, e.At("/inputs/"+in.Name).WithText("field", in.Label.Zh, in.Label.En))
		}
	}
	return list
}

// dayForm is the form of a date; it does not say whether the day exists.
var dayForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`) // never changes

func (in Input) check(value string) *refusal.Error {
	if value == "" {
		if in.Required {
			return refusal.New(refusal.Required)
		}
		return nil
	}
	limit := in.Max
	if limit == 0 {
		limit = defaultMax
	}
	if utf8.RuneCountInString(value) > limit {
		return refusal.New(refusal.TooLong).With("max", strconv.Itoa(limit))
	}
	switch in.Type {
	case TypeText, TypeClass: // a class is looked up by the caller
		return nil
	case TypeDate:
		if _, err := calendar.ParseDate(value); err != nil {
			if dayForm.MatchString(value) {
				return refusal.New(refusal.InvalidInput).WithText("reason", "没有这一天", "there is no such day")
			}
			return refusal.New(refusal.InvalidInput).WithText("reason", "日期格式应为 2026-11-20", "write a date as 2026-11-20")
		}
	case TypeNumber:
		if n, err := strconv.ParseUint(value, 10, 31); err != nil || n > MaxNumber {
			return refusal.New(refusal.InvalidInput).WithText("reason", "须为0至"+strconv.Itoa(MaxNumber)+"的整数", "it must be a whole number from 0 to "+strconv.Itoa(MaxNumber))
		}
	case TypeCode:
		if !slices.ContainsFunc(in.Values, func(c Choice) bool { return c.Code == value }) {
			return refusal.New(refusal.InvalidInput).WithText("reason", "须从列出的选项中选择", "it must be one of the listed codes")
		}
	}
	return nil
}

// CheckEvidence refuses missing kinds of evidence, and given kinds that the process does
// not know. It checks kinds only. The register checks that the files exist and belong to
// the applicant's office.
func (d Definition) CheckEvidence(kinds []string) []*refusal.Error {
	var list []*refusal.Error
	for i, kind := range kinds {
		if !slices.ContainsFunc(d.Evidence, func(e EvidenceRule) bool { return e.Kind == kind }) {
			list = append(list, refusal.New(refusal.EvidenceUnknown).At("/evidence/"+strconv.Itoa(i)))
		}
	}
	for _, e := range d.Evidence {
		if e.Required && !slices.Contains(kinds, e.Kind) {
			list = append(list, refusal.New(refusal.EvidenceMissing).At("/evidence").
				WithText("kind", e.Label.Zh, e.Label.En))
		}
	}
	return list
}
