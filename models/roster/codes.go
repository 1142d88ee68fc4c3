package roster

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/refusal"
)

//go:embed codes.yaml
var codesYAML []byte

//go:embed codes.en.yaml
var codesEnglishYAML []byte

// Table is a code table: what each code means and the words used for it.
type Table struct {
	words  map[string][]string // code → label, then other words
	byWord map[string]string   // word → code
	en     map[string]string   // code → label in English
	width  int                 // length of the longest code
}

// LoadTables reads the embedded code tables by name.
func LoadTables() (map[string]*Table, error) {
	var raw map[string]map[string][]string
	if err := yaml.Unmarshal(codesYAML, &raw); err != nil {
		return nil, fmt.Errorf("roster code tables: %w", err)
	}
	var english map[string]map[string]string
	if err := yaml.Unmarshal(codesEnglishYAML, &english); err != nil {
		return nil, fmt.Errorf("roster code tables in English: %w", err)
	}
	tables := make(map[string]*Table, len(raw))
	for name, words := range raw {
		t, err := newTable(words, english[name])
		if err != nil {
			return nil, fmt.Errorf("roster code table %s: %w", name, err)
		}
		tables[name] = t
	}
	return tables, nil
}

func newTable(words map[string][]string, english map[string]string) (*Table, error) {
	t := &Table{words: words, byWord: make(map[string]string), en: english}
	for code, list := range words {
		if len(list) == 0 || english[code] == "" {
			return nil, fmt.Errorf("code %s has no label", code)
		}
		t.width = max(t.width, len(code))
		for _, w := range list {
			if other, twice := t.byWord[w]; twice {
				return nil, fmt.Errorf("%s means %s and %s", w, other, code)
			}
			t.byWord[w] = code
		}
	}
	return t, nil
}

// Has reports whether the table has this code.
func (t *Table) Has(code string) bool { return t.words[code] != nil }

// Label gives the label of a code in a language, or "" when the code is unknown.
func (t *Table) Label(code string, lang refusal.Language) string {
	list := t.words[code]
	switch {
	case list == nil:
		return ""
	case lang == refusal.English:
		return t.en[code]
	}
	return list[0]
}

// Code gives the code a word stands for.
func (t *Table) Code(word string) (string, bool) {
	code, ok := t.byWord[word]
	return code, ok
}

// Codes lists all codes in order.
func (t *Table) Codes() []string { return slices.Sorted(maps.Keys(t.words)) }

// Padded gives the code that lost its leading zeros in a numeric cell.
func (t *Table) Padded(digits string) (string, bool) {
	if len(digits) >= t.width {
		return "", false
	}
	code := strings.Repeat("0", t.width-len(digits)) + digits
	return code, t.Has(code)
}

// Label gives the label of a field's code in a language for showing a record, or
// "" when the field has no code table or the table no such code.
func (rd *Reader) Label(f Field, code string, lang refusal.Language) string {
	column := rd.template.Column(f)
	if column == nil || column.Kind != KindCode {
		return ""
	}
	return rd.tables[column.Table].Label(code, lang)
}

// Codes lists the codes of a field in order; none when the field has no code table.
func (rd *Reader) Codes(f Field) []string {
	column := rd.template.Column(f)
	if column == nil || column.Kind != KindCode {
		return nil
	}
	return rd.tables[column.Table].Codes()
}
