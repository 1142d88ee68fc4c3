// Package notice says in words what a notice (通知) tells: one place for every
// kind, in Chinese and English, for the inbox and for the gateways that carry
// notices on as SMS or chat.
//
// A notice names the case, the business, the step, the office and the last day.
// It never names a person: it may be shown on a locked screen.
package notice

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

//go:embed words.yaml
var wordsFile []byte

// words are what one kind of notice says.
type words struct {
	Kind   string       `yaml:"kind"`
	Urgent bool         `yaml:"urgent"` // may be sent on outside working hours
	Path   string       `yaml:"path"`   // where to read on, of a kind that is about no change
	Title  process.Text `yaml:"title"`
	Text   process.Text `yaml:"text"`
}

// generic is said of a kind this version has no words for.
const generic = "OTHER"

// Facts fill the places of a text; an empty one drops the bracket it stands in.
type Facts struct {
	CaseNo string
	Kind   process.Text // name of the business
	Step   process.Text // label of the step
	Office string
	Due    string // last day of the step
	Day    string // on which the change is in force, or of which the notice tells
	Count  string // how many, of a notice that counts
}

// CountText returns a number for a notice, "" when there is nothing to count.
func CountText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// Said is a notice in one language.
type Said struct {
	Title string // what happened
	Text  string // what it is about, what happened and what to do next
}

// Say gives the words of a notice. A kind without words of its own gets generic
// ones: a notice is never lost because its text is missing.
func Say(kind string, lang refusal.Language, f Facts) Said {
	w, known := table()[kind]
	if !known {
		w = table()[generic]
	}
	title, text, about := w.Title.Zh, w.Text.Zh, f.Kind.Zh+" "+f.CaseNo+"："
	places := map[string]string{"case": f.CaseNo, "kind": f.Kind.Zh, "step": f.Step.Zh, "office": f.Office, "due": f.Due, "day": f.Day, "count": f.Count}
	if lang == refusal.English {
		title, text, about = w.Title.En, w.Text.En, f.Kind.En+" "+f.CaseNo+": "
		places["kind"], places["step"] = f.Kind.En, f.Step.En
	}
	text = fill(text, places)
	if f.CaseNo == "" { // the text is a sentence by itself and begins like one
		first, size := utf8.DecodeRuneInString(text)
		about, text = "", string(unicode.ToUpper(first))+text[size:]
	}
	return Said{Title: fill(title, places), Text: about + text}
}

// Title returns the title of a kind of notice; false when the kind has no words of its own.
func Title(kind string) (process.Text, bool) {
	w, known := table()[kind]
	return w.Title, known
}

// Urgent says whether a kind may be sent on outside working hours.
func Urgent(kind string) bool { return table()[kind].Urgent }

// Path gives where to read on, below the address of the API: the change, or what
// else the notice is about; empty when nothing can be told.
func Path(kind, changeID string) string {
	if changeID != "" {
		return "/v1/changes/" + changeID
	}
	return table()[kind].Path
}

// Kinds lists every kind that has words, in alphabetical order.
func Kinds() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(table())), func(k string) bool { return k == generic })
}

var optional = regexp.MustCompile(`\[[^\[\]]*\]`) // never changes

// fill puts the facts in their places. What stands in square brackets is said only
// when everything it names is known.
func fill(text string, places map[string]string) string {
	text = optional.ReplaceAllStringFunc(text, func(part string) string {
		for name, value := range places {
			if value == "" && strings.Contains(part, "{"+name+"}") {
				return ""
			}
		}
		return part[1 : len(part)-1]
	})
	var pairs []string
	for name, value := range places {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

var table = sync.OnceValue(func() map[string]words {
	list, err := read(wordsFile)
	if err != nil {
		// The words are compiled in and read by every test: this is a broken build.
		panic("notice: " + err.Error())
	}
	return list
})

func read(text []byte) (map[string]words, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	var list []words
	if err := decoder.Decode(&list); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("words of notices: %w", err)
	}
	all := make(map[string]words, len(list))
	for _, w := range list {
		if w.Kind == "" || w.Title.Zh == "" || w.Title.En == "" || w.Text.Zh == "" || w.Text.En == "" {
			return nil, fmt.Errorf("words of notices: %q is incomplete", w.Kind)
		}
		if _, twice := all[w.Kind]; twice {
			return nil, fmt.Errorf("words of notices: %q stands twice", w.Kind)
		}
		all[w.Kind] = w
	}
	if _, ok := all[generic]; !ok {
		return nil, errors.New("words of notices: the generic text is missing")
	}
	return all, nil
}
