package refusal

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// Language is one of the two languages every sentence exists in.
type Language string

// The languages of the catalogue.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// Entry is what the catalogue knows of a code.
type Entry struct {
	Code   Code   `yaml:"code"`
	Status int    `yaml:"status"` // HTTP status of the answer
	Zh     string `yaml:"zh"`
	En     string `yaml:"en"`
}

//go:embed catalogue/*.yaml
var catalogueFiles embed.FS

// Catalogue holds every code with its sentences.
type Catalogue struct{ byCode map[Code]Entry }

// LoadCatalogue reads the embedded catalogue; it fails on a double or incomplete entry.
func LoadCatalogue() (*Catalogue, error) {
	names, err := fs.Glob(catalogueFiles, "catalogue/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("problem catalogue: %w", err)
	}
	var list []Entry
	for _, name := range names {
		part, err := readPart(name)
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	c := &Catalogue{byCode: make(map[Code]Entry, len(list))}
	for _, e := range list {
		if e.Code == "" || e.Status < 400 || e.Zh == "" || e.En == "" {
			return nil, fmt.Errorf("problem catalogue: entry %q is incomplete", e.Code)
		}
		if _, twice := c.byCode[e.Code]; twice {
			return nil, fmt.Errorf("problem catalogue: %q stands twice", e.Code)
		}
		c.byCode[e.Code] = e
	}
	return c, nil
}

func readPart(name string) ([]Entry, error) {
	text, err := catalogueFiles.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("problem catalogue: %w", err)
	}
	var list []Entry
	if err := yaml.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("problem catalogue: %s: %w", name, err)
	}
	return list, nil
}

// Entry gives the entry of a code, or that of Internal when the code is unknown.
func (c *Catalogue) Entry(code Code) Entry {
	if e, ok := c.byCode[code]; ok {
		return e
	}
	return c.byCode[Internal]
}

// Codes lists all codes in order.
func (c *Catalogue) Codes() []Code {
	list := make([]Code, 0, len(c.byCode))
	for code := range c.byCode {
		list = append(list, code)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	return list
}

// Sentence gives the filled sentence of one refusal in a language.
// A placeholder without a value is left out rather than shown raw.
func (c *Catalogue) Sentence(e *Error, lang Language) string {
	entry := c.Entry(e.Code)
	if lang == English {
		return Fill(placed(entry.En, e.Params), englishOf(e.Params))
	}
	return Fill(placed(entry.Zh, e.Params), e.Params)
}

// placed gives the beginning of a sentence about a cell of a sheet as much of
// the place as is known: an item of a record stands in no row and no column, so
// only its name is said.
func placed(text string, params map[string]string) string {
	for _, p := range []struct{ cell, row, item string }{
		{"第{row}行“{header}”（{column}列）", "第{row}行“{header}”", "“{header}”"},
		{`Row {row}, "{header}" (column {column}): `, `Row {row}, "{header}": `, `"{header}": `},
	} {
		rest, found := strings.CutPrefix(text, p.cell)
		switch {
		case !found:
		case params["row"] == "":
			return p.item + rest
		case params["column"] == "":
			return p.row + rest
		}
	}
	return text
}

// englishOf puts the English texts of WithText in the place of the Chinese ones.
func englishOf(params map[string]string) map[string]string {
	texts := maps.Clone(params)
	for name, value := range params {
		if plain, ok := strings.CutSuffix(name, inEnglish); ok {
			texts[plain] = value
		}
	}
	return texts
}

// Title gives the short form of one refusal: the first sentence, which says
// what is wrong; what to do next is left to the whole.
func (c *Catalogue) Title(e *Error, lang Language) string {
	text, end := c.Sentence(e, lang), "。"
	if lang == English {
		end = ". "
	}
	first, _, more := strings.Cut(text, end)
	if !more {
		return text
	}
	return first + strings.TrimSpace(end)
}

// Fill replaces {name} by params["name"] in a sentence of the catalogue.
func Fill(text string, params map[string]string) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "{")
		b.WriteString(before)
		if !open {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			b.WriteString("{" + rest)
			return b.String()
		}
		b.WriteString(params[name])
		text = after
	}
}
