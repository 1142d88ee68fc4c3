package figures

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/figures"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
)

// tally sums counts and keeps the order in which their keys came.
type tally[K comparable] struct {
	keys []K
	sums map[K]int
}

func (t *tally[K]) add(key K, n int) {
	if t.sums == nil {
		t.sums = map[K]int{}
	}
	if _, known := t.sums[key]; !known {
		t.keys = append(t.keys, key)
	}
	t.sums[key] += n
}

// listed makes a line of every key, in their order; never nil.
func listed[K comparable, L any](t tally[K], line func(key K, n int) L) []L {
	list := []L{}
	for _, key := range t.keys {
		list = append(list, line(key, t.sums[key]))
	}
	return list
}

type gradeKey struct {
	stage org.Stage
	year  int
}

type partKey struct {
	id   uuid.UUID
	name string
	kind org.Kind
	year int
}

// sexText names a sex by its code in the national sheet.
func sexText(code string) process.Text {
	switch code {
	case "1":
		return process.Text{Zh: "男", En: "boys"}
	case "2":
		return process.Text{Zh: "女", En: "girls"}
	}
	return process.Text{Zh: "未说明", En: "not said"}
}

// count sums the groups of records for every figure.
func (f *Figures) count(ctx context.Context, groups []figures.Group, kind org.Kind) {
	stages := []org.Stage{org.Primary, org.Junior, org.Senior}
	var states, sexes tally[string]
	var grades tally[gradeKey]
	var parts tally[partKey]
	for _, g := range groups {
		states.add(g.State, g.Records)
		if !g.InRegister {
			continue
		}
		f.Pupils += g.Records
		sexes.add(g.Sex, g.Records)
		grades.add(gradeKey{g.Stage, g.EntryYear}, g.Records)
		part := partKey{name: g.PartName, kind: g.PartKind}
		if g.Part != nil {
			part.id = *g.Part
		}
		if kind == org.School {
			part.year = g.EntryYear
		}
		parts.add(part, g.Records)
	}
	slices.Sort(states.keys)
	slices.Sort(sexes.keys)
	slices.SortFunc(grades.keys, func(a, b gradeKey) int {
		return cmp.Or(cmp.Compare(slices.Index(stages, a.stage), slices.Index(stages, b.stage)), -cmp.Compare(a.year, b.year))
	})
	f.States = listed(states, func(code string, n int) Part {
		return Part{code, rest.InLanguage(ctx, status.Enrol(code).Text()), n}
	})
	f.Sexes = listed(sexes, func(code string, n int) Part { return Part{code, rest.InLanguage(ctx, sexText(code)), n} })
	f.Grades = listed(grades, func(key gradeKey, n int) GradePart {
		return GradePart{key.stage, rest.InLanguage(ctx, process.StageText(key.stage)), key.year, n}
	})
	f.Offices, f.Classes = []OfficePart{}, []ClassPart{}
	if kind != org.School {
		f.Offices = listed(parts, func(key partKey, n int) OfficePart { return OfficePart{key.id, key.name, key.kind, n} })
		return
	}
	f.Classes = listed(parts, func(key partKey, n int) ClassPart {
		class := ClassPart{Name: key.name, EntryYear: key.year, Count: n}
		if key.id != uuid.Nil {
			class.ID = &key.id
		}
		return class
	})
}
