package roster

import (
	"strings"
	"sync"

	"github.com/xueji/xueji/models/refusal"
)

// englishHeaders holds the English name of every header of the template; it never changes.
var englishHeaders = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	t, err := National()
	if err != nil {
		return names // no reader is made either
	}
	for _, c := range t.Columns {
		names[c.Header] = c.En
	}
	return names
})

// HeaderInEnglish gives the English name of a column, and in brackets its header,
// by which the clerk finds it in the sheet. A header that is none of the template's
// is the clerk's own and stays as it is.
func HeaderInEnglish(header string) string {
	if name := englishHeaders()[header]; name != "" {
		return name + " (" + header + ")"
	}
	return header
}

// HeadersInEnglish names columns in English, one after another.
func HeadersInEnglish(headers []string) string {
	names := make([]string, len(headers))
	for i, header := range headers {
		names[i] = HeaderInEnglish(header)
	}
	return strings.Join(names, ", ")
}

// listInEnglish is list in English.
func listInEnglish(headers []string) string {
	if len(headers) > longestList {
		return HeadersInEnglish(headers[:longestList]) + "…"
	}
	return HeadersInEnglish(headers)
}

// columnsNamed are the parameters of a finding that names columns.
func columnsNamed(headers []string) map[string]string {
	return new(refusal.Error).WithText("columns", list(headers), listInEnglish(headers)).Params
}

// rowsNamed are the parameters of a finding that names rows.
func rowsNamed(rows []int) map[string]string {
	return new(refusal.Error).WithText("rows", someRows(rows, "、"), someRows(rows, ", ")).Params
}

// typeNamed are the parameters of a finding that names a type of identity document.
func (c *checker) typeNamed(code string) map[string]string {
	t := c.tables["id_type"]
	return new(refusal.Error).WithText("type", t.Label(code, refusal.Chinese), t.Label(code, refusal.English)).Params
}

// verdictInEnglish is verdictWord in English.
func verdictInEnglish(s Severity) string {
	switch s {
	case Reject:
		return "refused"
	case Fixed:
		return "corrected"
	case Remark:
		return "please check"
	}
	return ""
}
