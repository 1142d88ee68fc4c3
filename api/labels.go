package api

import (
	_ "embed" // the labels

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
)

//go:embed labels.yaml
var labelsYAML []byte

// labelWords gives what people call the fields, the items of the forms of all kinds, and
// the items of the sheet.
func labelWords(processes *process.Catalogue, template *roster.Template) rest.Words {
	forms := map[string][]process.Text{}
	for _, kind := range processes.Kinds() {
		entry, _ := processes.Entry(kind)
		for _, in := range entry.Inputs {
			forms[in.Name] = append(forms[in.Name], in.Label)
		}
	}
	return rest.Words{Table: labelsYAML, Forms: forms, Item: func(field string) process.Text {
		if c := template.Column(roster.Field(field)); c != nil {
			return sheet.ItemText(c)
		}
		return process.Text{}
	}}
}
