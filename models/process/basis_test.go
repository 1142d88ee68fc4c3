package process_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/process"
)

// A sheet cites laws in the reader's language, and no numbers of the specification.
func TestTheBasisCitesDocumentsAndArticles(t *testing.T) {
	for rule, want := range map[string]process.Text{
		"教基一〔2013〕7号 Art. 19; domain KT36":                                           {Zh: "教基一〔2013〕7号第19条", En: "教基一〔2013〕7号 Art. 19"},
		"教基一〔2013〕7号 Arts 9, 14–16":                                                  {Zh: "教基一〔2013〕7号第9、14–16条", En: "教基一〔2013〕7号 Arts 9, 14–16"},
		"义务教育法 Art. 2, 14 (none in compulsory stages); provincial rules, e.g. Hunan": {Zh: "义务教育法第2、14条；本省有关规定", En: "义务教育法 Art. 2, 14; the rules of the province"},
		"教基一〔2014〕8号; 教职成〔2014〕12号 Art. 16":                                          {Zh: "教基一〔2014〕8号；教职成〔2014〕12号第16条", En: "教基一〔2014〕8号; 教职成〔2014〕12号 Art. 16"},
		"domain KT23, W21 (S1, M10)":                                                 {},
	} {
		require.Equal(t, want, process.Definition{Rule: rule}.Basis(), rule)
	}
	known, err := process.Load()
	require.NoError(t, err)
	for _, kind := range known.Kinds() {
		d, ok := known.Entry(kind)
		require.True(t, ok)
		require.NotRegexp(t, regexp.MustCompile("[A-Za-z]"), d.Basis().Zh, string(kind))
		require.NotRegexp(t, regexp.MustCompile("domain|hard rule|KT[0-9]"), d.Basis().En, string(kind))
	}
}
