package sheet

import (
	"context"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
)

// ValueLabel says the value of an item as people read it: what a code means, the name of a
// division or a country, a day with hyphens. It returns "" where the value is read as it stands.
func (s Sheets) ValueLabel(ctx context.Context, c *roster.Column, value string) string {
	switch {
	case value == "":
		return ""
	case c.Kind == roster.KindCode:
		return s.Reader.Label(c.Field, value, rest.LanguageOf(ctx))
	case c.Kind == roster.KindDivision:
		return s.divisionName(value, rest.LanguageOf(ctx))
	case c.Kind == roster.KindCountry:
		return countryName(value, rest.LanguageOf(ctx))
	case c.Kind == roster.KindDate && len(value) == len("20150301"):
		return day(value)
	case c.Kind == roster.KindMonth && len(value) == len("201503"):
		return value[:4] + "-" + value[4:]
	case c.Kind == roster.KindValidity && len(value) == len("20150301-20250301"):
		return day(value[:8]) + " – " + day(value[9:])
	}
	return ""
}

func day(eight string) string { return eight[:4] + "-" + eight[4:6] + "-" + eight[6:] }

// divisionName names a division; in English its Chinese name stands in brackets, because it has
// no other.
func (s Sheets) divisionName(value string, in refusal.Language) string {
	code, err := ident.ParseDivisionCode(value)
	if err != nil {
		return ""
	}
	d, known := s.Divisions.Lookup(code)
	if !known {
		return ""
	}
	if in == refusal.English {
		return code.Six() + " (" + s.Divisions.FullName(d) + ")"
	}
	return s.Divisions.FullName(d)
}

// countryName names a country by its three letters (GB/T 2659).
func countryName(three string, in refusal.Language) string {
	region, err := language.ParseRegion(three)
	if err != nil {
		return ""
	}
	if in == refusal.English {
		return display.English.Regions().Name(region)
	}
	return display.Chinese.Regions().Name(region)
}
