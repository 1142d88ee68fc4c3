// Package sheet shows what was found in a sheet of pupils, and names its items. Rosters,
// records and changes say it alike; it is no area and has no operations.
package sheet

import (
	"context"
	"fmt"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/workbook"
)

// Sheets is what reading and showing the national sheet needs.
type Sheets struct {
	Reader    *roster.Reader
	Updates   *roster.Reader // of sheets that update records
	Divisions *division.Table
}

// Load reads the national sheet.
func Load(table *division.Table) (Sheets, error) {
	reader, err := roster.NewReader()
	if err != nil {
		return Sheets{}, fmt.Errorf("start the API: %w", err)
	}
	limits := workbook.DefaultLimits()
	return Sheets{Reader: reader.WithLimits(limits, registration.MaxRosterRows), Updates: reader.ForUpdates().WithLimits(limits, registration.MaxUpdateRows), Divisions: table}, nil
}

// ItemText names an item of the sheet.
func ItemText(c *roster.Column) process.Text { return process.Text{Zh: c.Header, En: c.En} }

// ItemLabel names an item of the sheet in the language of the call.
func (s Sheets) ItemLabel(ctx context.Context, field string) string {
	if c := s.Reader.Template().Column(roster.Field(field)); c != nil {
		return rest.InLanguage(ctx, ItemText(c))
	}
	return field
}
