package rosters

import (
	"bytes"
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

type rosterFindingsInput struct {
	rest.PathID
	Reason student.RevealReason `query:"reason" enum:"VERIFY_DOCUMENT,GUARDIAN_REQUEST,EXAM_REGISTRATION,TRANSFER,DATA_QUALITY,AUTHORITY_REQUEST" doc:"Why the numbers are needed in full; goes into the audit trail. Without it no number is in the file."`
}

// rosterFindings answers what was found in a roster as a file. With a reason it is
// the clerk's own file, whose numbers stand in it in full; without, a list of the
// findings, which show numbers masked. Where a workbook cannot be written, the list
// comes as csv: what was found always comes. Each file is audited with the count of
// the numbers in it.
func (s *server) rosterFindings(ctx context.Context, in *rosterFindingsInput) (*rest.Download, error) {
	if in.Reason != "" && rest.PrincipalOf(ctx).Machine { // as where a number is revealed
		return nil, refusal.New(refusal.MachineForbidden)
	}
	r, findings, err := s.findingsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	file, numbers, err := s.findingsFile(ctx, r, findings, in.Reason)
	if err != nil {
		return nil, err
	}
	// What is not in the trail does not leave.
	_, err = s.rosterFor(ctx, in.ID, func(tx *store.Tx, r *registration.Roster) error {
		return registration.AuditFindings(tx, r.ID, in.Reason, numbers)
	})
	if err != nil {
		return nil, err
	}
	return file, nil
}

// findingsOf reads a roster and everything that was found in it; what was found
// about the file as a whole stands first.
func (s *server) findingsOf(ctx context.Context, id uuid.UUID) (*registration.Roster, []roster.Finding, error) {
	var findings []roster.Finding
	r, err := s.rosterFor(ctx, id, func(tx *store.Tx, r *registration.Roster) error {
		findings = append(findings, r.Findings...)
		rows, err := registration.ReadRosterRows(tx, r.ID, registration.RowFilter{}, 0, 2*registration.MaxRosterRows)
		if err == nil && rest.PrincipalOf(ctx).Office.ID == r.SchoolID {
			err = registration.ShowCorrections(tx, r.ID, s.Sheets.Reader.Template(), rows)
		}
		for _, row := range rows {
			findings = append(findings, row.Findings...)
		}
		return err
	})
	return r, findings, err
}

// findingsFile writes the file, and says how many numbers stand in it in full.
func (s *server) findingsFile(ctx context.Context, r *registration.Roster, findings []roster.Finding, reason student.RevealReason) (*rest.Download, int, error) {
	var b bytes.Buffer
	if reason == "" {
		err := roster.WriteFindingsList(&b, findings, rest.CatalogueOf(ctx), rest.LanguageOf(ctx))
		if err == nil {
			return rest.Attachment(rest.XLSX, "名册逐行说明（不含号码）.xlsx", b.Bytes()), 0, nil
		}
		return s.findingsCSV(ctx, r, findings, err)
	}
	original, err := s.uploadedSheet(ctx, r)
	if err != nil {
		return nil, 0, err
	}
	numbers, err := s.Sheets.Reader.WriteFindings(&b, bytes.NewReader(original), int64(len(original)), findings, rest.CatalogueOf(ctx), rest.LanguageOf(ctx))
	if err != nil {
		return s.findingsCSV(ctx, r, findings, err)
	}
	return rest.Attachment(rest.XLSX, "名册逐行说明.xlsx", b.Bytes()), numbers, nil
}

// findingsCSV writes the list where a workbook could not be written, and logs why.
func (s *server) findingsCSV(ctx context.Context, r *registration.Roster, findings []roster.Finding, why error) (*rest.Download, int, error) {
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	cause := string(refusal.CodeOf(why)) // an error's text may repeat what stands in the file, a contained panic's does not
	if errors.Is(why, refusal.ErrPanicked) {
		cause = why.Error()
	}
	s.Log.WarnContext(ctx, "findings as csv", "request_id", rest.ScopeOf(ctx).RequestID, "roster", r.ID, "cause", cause)
	var b bytes.Buffer
	if err := roster.WriteFindingsCSV(&b, findings, rest.CatalogueOf(ctx), rest.LanguageOf(ctx)); err != nil {
		return nil, 0, err
	}
	return rest.Attachment(rest.CSV, "名册逐行说明（不含号码）.csv", b.Bytes()), 0, nil
}

// uploadedSheet reads the file of a roster as it was uploaded.
func (s *server) uploadedSheet(ctx context.Context, r *registration.Roster) ([]byte, error) {
	if r.BlobKey == "" {
		return nil, refusal.New(refusal.RosterFileGone)
	}
	return s.Files.ReadRoster(ctx, r.BlobKey)
}
