package process

import (
	"regexp"
	"strings"
	"unicode"
)

// Parts of a rule as the catalogue writes it, for example "教基一〔2013〕7号 Arts 9, 14–16;
// domain KT53 (D5)".
var (
	articlesOfRule = regexp.MustCompile(` Art(?:s|\.) ([0-9][0-9–, ]*)`)
	noteOfRule     = regexp.MustCompile(` \([^)]*\)`)
)

// provincialRule begins a part of a rule that every province makes for itself.
const provincialRule = "provincial rules"

// Basis returns the documents and articles that a kind rests on, as an approval sheet cites
// them: "教基一〔2013〕7号第9、14–16条". It is empty where only the specification is cited, which
// is for engineers.
func (d Definition) Basis() Text {
	var zh, en []string
	for part := range strings.SplitSeq(d.Rule, "; ") {
		part = noteOfRule.ReplaceAllString(part, "")
		switch {
		case strings.HasPrefix(part, provincialRule):
			zh, en = append(zh, "本省有关规定"), append(en, "the rules of the province")
		case strings.IndexFunc(part, unicode.IsLetter) == 0 && part[0] >= 0x80: // a document of China has a Chinese name
			zh = append(zh, articlesOfRule.ReplaceAllStringFunc(part, func(articles string) string {
				return "第" + strings.ReplaceAll(articlesOfRule.FindStringSubmatch(articles)[1], ", ", "、") + "条"
			}))
			en = append(en, part)
		}
	}
	return Text{Zh: strings.Join(zh, "；"), En: strings.Join(en, "; ")}
}
