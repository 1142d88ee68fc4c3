package rosters

import (
	"bytes"
	"context"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

func (s *server) rosterTemplate(context.Context, *struct{}) (*rest.Download, error) {
	var b bytes.Buffer
	template := s.Sheets.Reader.Template()
	if err := template.WriteTemplate(&b, template.Title); err != nil {
		return nil, err
	}
	return rest.Attachment(rest.XLSX, "学生基本信息采集表.xlsx", b.Bytes()), nil
}

func (s *server) listRosters(ctx context.Context, in *rosterListInput) (*rest.Body[*rest.Page[Roster]], error) {
	school := uuid.Nil
	if in.School != "" {
		var err error
		if school, err = uuid.Parse(in.School); err != nil {
			return nil, refusal.New(refusal.WrongFormat).At("school_id").With("field", "school_id")
		}
	}
	return rest.List(ctx, s.Store, in.Paging, uuid.Nil, func(tx *store.Tx, after uuid.UUID, most int) ([]registration.Roster, error) {
		return registration.Rosters(tx, school, after, most)
	}, func(r registration.Roster) Roster { return showRoster(ctx, r) }, func(r registration.Roster) uuid.UUID { return r.ID })
}

// rosterFor reads a roster that the running operation may touch.
func (s *server) rosterFor(ctx context.Context, id uuid.UUID, then func(*store.Tx, *registration.Roster) error) (*registration.Roster, error) {
	var r *registration.Roster
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		var err error
		if r, err = registration.ReadRoster(tx, id); err != nil {
			return err
		}
		if err := rest.Allow(ctx, r.OrgPath); err != nil {
			return err
		}
		if then == nil {
			return nil
		}
		return then(tx, r)
	})
	return r, err
}

func (s *server) getRoster(ctx context.Context, in *rest.PathID) (*rest.Body[Roster], error) {
	r, err := s.rosterFor(ctx, in.ID, nil)
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(showRoster(ctx, *r)), nil
}

func (s *server) listRosterRows(ctx context.Context, in *rosterRowsInput) (*rest.Body[*rest.Page[sheet.RosterRow]], error) {
	limit := rest.PageSize(in.Limit)
	after, err := rest.DecodeCursor[int](in.Cursor)
	if err != nil {
		return nil, err
	}
	from := 0
	if after != nil {
		from = *after
	}
	var rows []registration.RosterRow
	_, err = s.rosterFor(ctx, in.ID, func(tx *store.Tx, r *registration.Roster) error {
		if rows, err = registration.ReadRosterRows(tx, r.ID, registration.RowFilter{Verdict: in.Verdict, Code: in.Code, Column: in.Column}, from, limit+1); err != nil || rest.PrincipalOf(ctx).Office.ID != r.SchoolID {
			return err
		}
		return registration.ShowCorrections(tx, r.ID, s.Sheets.Reader.Template(), rows)
	})
	if err != nil {
		return nil, err
	}
	show := func(row registration.RosterRow) sheet.RosterRow { return sheet.ShowRow(ctx, row) }
	return rest.BodyOf(rest.PageOf(rows, limit, show, func(row registration.RosterRow) int { return row.RowNo })), nil
}

// listRosterFindings answers what was found in the rows of a roster, by kind and column.
func (s *server) listRosterFindings(ctx context.Context, in *rest.PathID) (*rest.Body[RosterFindings], error) {
	var groups []registration.FindingGroup
	_, err := s.rosterFor(ctx, in.ID, func(tx *store.Tx, r *registration.Roster) (err error) {
		groups, err = registration.RosterGroups(tx, r.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := RosterFindings{Items: make([]RosterFinding, 0, len(groups))}
	for _, g := range groups {
		out.Items = append(out.Items, RosterFinding{SheetFinding: sheet.ShowFindings(ctx, []roster.Finding{g.First})[0], Rows: g.Rows})
	}
	return rest.BodyOf(out), nil
}

func (s *server) discardRoster(ctx context.Context, in *rest.PathID) (*struct{}, error) {
	r, err := s.rosterFor(ctx, in.ID, func(tx *store.Tx, r *registration.Roster) error { return registration.DiscardRoster(tx, r.ID) })
	if err != nil {
		return nil, err
	}
	// The register says DISCARDED; a file that stays behind goes with the sweep.
	_ = s.Files.Delete(ctx, files.Roster, r.BlobKey)
	return nil, nil //nolint:nilnil // 204 has no body
}

func showRoster(ctx context.Context, r registration.Roster) Roster {
	return Roster{
		ID: r.ID, School: r.SchoolID, SchoolName: r.SchoolName, FileName: r.FileName, FileKept: r.BlobKey != "", State: r.State, StateLabel: rest.InLanguage(ctx, r.StateText()),
		Template: r.TemplateVersion, Counts: showCounts(r.RosterCounts), Enrolled: r.RowsEnrolled, LeftOut: r.RowsLeftOut,
		Findings: sheet.ShowFindings(ctx, r.Findings), Change: r.ChangeID, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt,
		CheckedAt: r.CheckedAt, Version: r.Version, Job: r.JobID, JobState: r.JobState,
	}
}

func showCounts(c registration.RosterCounts) RosterCounts {
	return RosterCounts{Read: c.Read, Good: c.Good, Remarked: c.Remarked, Rejected: c.Rejected, Skipped: c.Skipped,
		Present: c.Present, Differing: c.Differing}
}
