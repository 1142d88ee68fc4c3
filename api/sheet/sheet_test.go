package sheet_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
)

// called runs something inside a call in a language.
func called(t *testing.T, language string, do func(context.Context)) {
	t.Helper()
	clock, _ := calendar.Stopped(time.Unix(0, 0))
	s, err := rest.New(rest.Config{Clock: clock})
	require.NoError(t, err)
	rest.Register(s, rest.Operation{ID: "look", Method: http.MethodGet, Path: "/v1/look", Action: authz.Public, Tag: "x", Summary: "x", Status: http.StatusNoContent},
		func(ctx context.Context, _ *rest.Empty) (*rest.Empty, error) {
			do(ctx)
			return &rest.Empty{}, nil
		})
	r := httptest.NewRequest(http.MethodGet, "/v1/look", nil)
	r.Header.Set("Accept-Language", language)
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	require.Equal(t, http.StatusNoContent, answer.Code, answer.Body.String())
}

// A row is shown with what was found in it, as sentences of the caller's language.
func TestARowSpeaksTheLanguageOfItsReader(t *testing.T) {
	table, err := division.Load()
	require.NoError(t, err)
	sheets, err := sheet.Load(table)
	require.NoError(t, err)
	found := registration.RosterRow{RowNo: 7, Verdict: "REJECT", Name: "某某", IDMasked: "5201**********1234", ClassCode: "2024101", Findings: []roster.Finding{
		{Row: 7, Column: "M", Header: "身份证件号", Code: "sheet_bad_postcode", Severity: roster.Reject, Shown: "12", RelatedRows: []int{9}},
	}}
	for language, label := range map[string]string{"zh": "姓名", "en": "Name"} {
		called(t, language, func(ctx context.Context) {
			require.Equal(t, label, sheets.ItemLabel(ctx, "name"))
			require.Equal(t, "no_such_item", sheets.ItemLabel(ctx, "no_such_item"))
			row := sheet.ShowRow(ctx, found)
			require.Equal(t, []any{7, "某某", "2024101", "5201**********1234"}, []any{row.Row, row.Name, row.ClassCode, row.IDNumber})
			f := row.Findings[0]
			require.Equal(t, []any{"M", "12", []int{9}}, []any{f.Column, f.Value, f.RelatedRows})
			require.Equal(t, language == "zh", f.Header == "身份证件号")
			require.NotEmpty(t, f.Detail)
			require.NotNil(t, sheet.ShowFindings(ctx, nil), "an empty list, not none")
		})
	}
}

// A sheet that is refused keeps its reason and brings its rows along.
func TestARefusedSheetBringsItsRows(t *testing.T) {
	rows := []sheet.RosterRow{{Row: 3}}
	err := sheet.Refuse(refusal.New(refusal.UpdateRefused), rows)
	require.ErrorIs(t, err, refusal.New(refusal.UpdateRefused))
	require.NotEmpty(t, err.Error())
	var with interface{ RefusedRows() any }
	require.True(t, errors.As(err, &with))
	require.Equal(t, rows, with.RefusedRows())
}
