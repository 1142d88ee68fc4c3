package storetest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/office"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
)

// Sheet is a file of the collection of rosters, such as "roster-clean.xlsx".
func (c *County) Sheet(name string) registration.RosterSheet {
	c.t.Helper()
	text, err := os.ReadFile(filepath.Join(models(), "roster", "testdata", name))
	require.NoError(c.t, err)
	return c.SheetOf(text)
}

// SheetOf is an uploaded file with this content.
func (c *County) SheetOf(text []byte) registration.RosterSheet {
	return registration.RosterSheet{File: bytes.NewReader(text), Size: int64(len(text)), Reader: c.Reader, Divisions: c.Divisions}
}

// Written is the roster that a school fills in for these pupils.
func (c *County) Written(pupils ...roster.Pupil) registration.RosterSheet {
	c.t.Helper()
	var b bytes.Buffer
	require.NoError(c.t, c.Reader.Template().Write(&b, "", slices.Values(pupils)))
	return c.SheetOf(b.Bytes())
}

// Read gives the good pupils of a file of the collection.
func (c *County) Read(name string) (pupils []roster.Pupil) {
	c.t.Helper()
	sheet := c.Sheet(name)
	read, err := c.Reader.ReadAll(c.t.Context(), sheet.File, sheet.Size, c.submission(SchoolA))
	require.NoError(c.t, err)
	for _, row := range read.Rows {
		pupils = append(pupils, row.Pupil)
	}
	return pupils
}

// submission is what the sheets of a school are read with.
func (c *County) submission(path string, codes ...string) *roster.Submission {
	c.t.Helper()
	in := &roster.Submission{SchoolCode: path[len(path)-10:], Divisions: c.Divisions, Today: c.App.Clock().Today()}
	c.MustIn(c.App, path, func(tx *change.Tx) error {
		list, err := office.Classes(tx.Tx, c.ID(path))
		for _, one := range list {
			if len(codes) == 0 || slices.Contains(codes, one.Code) {
				in.Classes = append(in.Classes, roster.Class{Code: one.Code})
			}
		}
		return err
	})
	return in
}

// Upload brings a roster of a school to its checked state. The hash is of the file.
func (c *County) Upload(path string, sheet registration.RosterSheet, hash string) (done *registration.Roster) {
	c.t.Helper()
	var begun *registration.Roster
	c.MustIn(c.App, path, func(tx *change.Tx) (err error) {
		begun, _, err = registration.BeginRoster(tx.Tx, registration.NewRoster{ID: uuid.Must(uuid.NewV7()), School: c.ID(path), OrgPath: path,
			FileName: "名册.xlsx", FileSHA256: []byte(hash), FileSize: sheet.Size, BlobKey: "k-" + hash})
		return err
	})
	done, err := registration.CheckRoster(c.t.Context(), c.App.Store, c.Scope(path), begun, sheet)
	require.NoError(c.t, err)
	return done
}

// FileRoster files a checked roster, as its school does.
func (c *County) FileRoster(r *registration.Roster) (*change.Change, error) {
	c.t.Helper()
	return c.TryFile(change.Filing{Kind: process.RosterImport, RosterID: r.ID, Office: c.Office(r.OrgPath), Key: uuid.NewString(), BodyHash: []byte(r.ID.String())})
}

// Enrol takes a sheet through check, filing and decisions.
func (c *County) Enrol(path string, sheet registration.RosterSheet, hash string) *registration.Roster {
	c.t.Helper()
	up := c.Upload(path, sheet, hash)
	change, err := c.FileRoster(up)
	require.NoError(c.t, err)
	c.ApproveAll(change.ID)
	return up
}
