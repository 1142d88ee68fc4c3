package e2e

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"slices"

	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/roster/sample"
)

// MadeUp makes up pupils for a sheet of one class of a primary school. The same seed makes
// the same pupils.
func (s *Stack) MadeUp(seed uint64, n int, school, class string) []roster.Pupil {
	s.T.Helper()
	divisions, err := division.Load()
	require.NoError(s.T, err)
	in := &roster.Submission{Stage: ident.PrimaryStage, Today: s.Clock.Today(), Divisions: divisions, SchoolCode: school, Classes: []roster.Class{{Code: class}}}
	all, err := sample.Pupils(seed, n, in)
	require.NoError(s.T, err)
	return slices.Collect(all)
}

// HandIn sends pupils as a sheet to an address that takes rosters, and gives the answer.
func (p *Person) HandIn(path string, pupils ...roster.Pupil) Answer {
	t := p.s.T
	t.Helper()
	reader, err := roster.NewReader()
	require.NoError(t, err)
	var file, body bytes.Buffer
	require.NoError(t, reader.Template().Write(&file, "", slices.Values(pupils)))
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "roster.xlsx")
	require.NoError(t, err)
	_, err = part.Write(file.Bytes())
	require.NoError(t, errors.Join(err, form.Close()))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.s.URL+path, &body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+p.Token)
	answer, err := Send(request)
	require.NoError(t, err)
	return answer
}

// Roster brings pupils in as a new sheet and gives what the check said.
func (p *Person) Roster(pupils ...roster.Pupil) Answer {
	p.s.T.Helper()
	answer := p.HandIn("/v1/rosters", pupils...)
	require.Equal(p.s.T, http.StatusCreated, answer.Status, string(answer.Raw))
	return answer
}
