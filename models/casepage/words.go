package casepage

import (
	"bytes"
	_ "embed"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/notice"
	"github.com/xueji/xueji/models/process"
)

//go:embed words.yaml
var wordsFile []byte

// The sets of codes that have words here.
const (
	StatusWords  = "status"
	StepWords    = "step"
	TaskWords    = "task"
	HeldWords    = "held"
	ProblemWords = "problem"
	SideWords    = "side"
	SignWords    = "sign"
	eventWords   = "event"
)

var wordTable = sync.OnceValue(func() map[string]map[string]process.Text {
	table := map[string]map[string]process.Text{}
	decoder := yaml.NewDecoder(bytes.NewReader(wordsFile))
	decoder.KnownFields(true)
	if err := decoder.Decode(&table); err != nil {
		// The words are compiled in and read by every test: this is a broken build.
		panic("casepage: " + err.Error())
	}
	return table
})

// Word returns the word for a code of a set; the code itself when it has no word, and an empty
// text for no code.
func Word(set, code string) process.Text {
	if text, known := wordTable()[set][code]; known {
		return text
	}
	return process.Text{Zh: code, En: code}
}

// EventWord returns the word for the code of a timeline entry: a verb of a person, a note of the
// system, or a notice.
func EventWord(code string) process.Text {
	if verb := change.Verb(code); verb.Known() {
		return verb.Text()
	}
	if text, known := wordTable()[eventWords][code]; known {
		return text
	}
	if title, known := notice.Title(code); known {
		return title
	}
	return process.Text{Zh: code, En: code}
}
