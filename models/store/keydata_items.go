package store

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
)

// judgeWishes judges the key items that an applicant filled in by the rules of the sheet,
// together with the rest of the record: a change of key data writes nothing that a roster
// could not bring in. It returns the items of the province's policy in the form in which
// the register would store them. Package status refuses all other items.
func (t *Tx) judgeWishes(c *Change, h *held, given map[string]string) (values, error) {
	rules, policy := t.store.items, c.Definition.Policy
	typed := map[roster.Field]string{}
	for field, text := range given {
		f := roster.Field(field)
		if slices.Contains(policy.KeyFields, field) && (slices.Contains(status.KeyItems(), field) || rules.Reader.Template().MayBeKey(f)) {
			typed[f] = text
		}
	}
	list, err := t.editables([]uuid.UUID{h.ID}, rules)
	if err != nil {
		return nil, err
	}
	r := list[h.ID]
	in := t.submission(r, rules)
	in.Plausible = ident.OfficialOrFixtureProvince
	revised, found := rules.Reader.Revise(r.current, typed, in)
	refused := map[roster.Field]bool{}
	for _, f := range found {
		_, mine := typed[f.Field]
		if f.Severity != roster.Reject || !mine && !slices.Contains(status.KeyItems(), string(f.Field)) {
			continue
		}
		refused[f.Field] = true
		c.wrong = append(c.wrong, f.Problem().At("/values/"+string(f.Field)))
	}
	out := values{}
	for f, text := range typed {
		v := value{before: r.current[f], text: revised[f], item: !slices.Contains(status.KeyItems(), string(f))}
		if refused[f] { // the revised record keeps the old value
			v.text = strings.TrimSpace(text)
		}
		out[string(f)] = v
	}
	return out, nil
}

// onceAField keeps the first refusal of every key item: the words of the sheet are
// clearer than those of the last check of the record.
func onceAField(list []*refusal.Error) []*refusal.Error {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(e *refusal.Error) bool {
		again := strings.HasPrefix(e.Field, "/values/") && seen[e.Field]
		seen[e.Field] = true
		return again
	})
}

// further returns the items of a change that are no part of the identity.
func (v values) further() map[roster.Field]string {
	items := map[roster.Field]string{}
	for field, one := range v {
		if one.item {
			items[roster.Field(field)] = one.text
		}
	}
	return items
}
