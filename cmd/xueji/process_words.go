package main

import (
	"strings"

	"github.com/xueji/xueji/models/process"
)

// both gives a text in the two languages, Chinese first.
func both(t process.Text) string {
	if t.En == "" || t.En == t.Zh {
		return t.Zh
	}
	return t.Zh + " " + t.En
}

// stages lists the stages of a kind in one of the languages.
func stages(d process.Definition, in func(process.Text) string) string {
	words := make([]string, len(d.Stages))
	for i, s := range d.Stages {
		words[i] = in(process.StageText(s))
	}
	return strings.Join(words, ", ")
}
