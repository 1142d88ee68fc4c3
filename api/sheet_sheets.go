package api

import (
	"context"
	"fmt"

	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/workbook"
	"github.com/xueji/xueji/models/store"
)

// Sheets is what reading and showing the national sheet needs.
type Sheets struct {
	Reader    *roster.Reader
	Updates   *roster.Reader // of sheets that update records
	Divisions *division.Table
}

// loadSheets reads the national sheet.
func loadSheets(table *division.Table) (Sheets, error) {
	reader, err := roster.NewReader()
	if err != nil {
		return Sheets{}, fmt.Errorf("start the API: %w", err)
	}
	limits := workbook.DefaultLimits()
	return Sheets{Reader: reader.WithLimits(limits, store.RosterRows), Updates: reader.ForUpdates().WithLimits(limits, store.UpdateRows), Divisions: table}, nil
}

// itemText names an item of the sheet.
func itemText(c *roster.Column) process.Text { return process.Text{Zh: c.Header, En: c.En} }

// itemLabel names an item of the sheet in the language of the call.
func (s Sheets) itemLabel(ctx context.Context, field string) string {
	if c := s.Reader.Template().Column(roster.Field(field)); c != nil {
		return inLanguage(ctx, itemText(c))
	}
	return field
}
