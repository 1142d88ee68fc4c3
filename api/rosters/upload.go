package rosters

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/registration"
	"github.com/xueji/xueji/models/store"
)

// uploadRoster stores the sheet, records the roster and checks it, in this
// order: whatever is cut off in between leaves a roster that the next upload
// of the file takes over, never half a check that looks like a whole one.
func (s *server) uploadRoster(ctx context.Context, in *rosterUploadInput) (*rosterUploadOutput, error) {
	office := rest.PrincipalOf(ctx).Office
	if office.Kind != org.School {
		return nil, refusal.New(refusal.RosterOtherSchool)
	}
	file, err := (&rest.UploadInput{ContentType: in.ContentType, RawBody: in.RawBody}).File(s.rosterLimit())
	if err != nil {
		return nil, err
	}
	if in.DryRun {
		return s.tryRoster(ctx, office.ID, file)
	}
	sum := sha256.Sum256(file.Content)
	var known *registration.Roster
	err = s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		known, err = registration.RosterInHand(tx, office.ID, sum[:])
		return err
	})
	if err != nil {
		return nil, err
	}
	if known != nil {
		return s.repeatRoster(ctx, known, file.Content)
	}
	id := uuid.Must(uuid.NewV7())
	if _, _, err := s.Files.Put(ctx, files.Roster, id.String(), bytes.NewReader(file.Content), s.rosterLimit()); err != nil {
		return nil, err
	}
	var r *registration.Roster
	var begun bool
	err = s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		r, begun, err = registration.BeginRoster(tx, registration.NewRoster{ID: id, School: office.ID, OrgPath: office.Path, FileName: file.Name,
			FileSHA256: sum[:], FileSize: int64(len(file.Content)), BlobKey: id.String()})
		return err
	})
	if err != nil || !begun { // nobody would ever find the file
		gone := s.Files.Delete(context.WithoutCancel(ctx), files.Roster, id.String())
		if err := errors.Join(err, gone); err != nil {
			return nil, err
		}
		return s.uploaded(ctx, http.StatusOK, r, true), nil
	}
	done, err := s.checkSheet(ctx, r, file.Content)
	if err != nil {
		return nil, err
	}
	return s.uploaded(ctx, http.StatusCreated, done, false), nil
}

// repeatRoster answers a file that came before. A check of it that was cut off
// is taken over; one that still runs is left alone.
func (s *server) repeatRoster(ctx context.Context, known *registration.Roster, content []byte) (*rosterUploadOutput, error) {
	if known.State == registration.RosterUploaded && s.Store.Clock().Now().Sub(known.ProgressAt) >= registration.RosterStalled {
		r, err := s.restart(ctx, known.ID)
		if err != nil {
			return nil, err
		}
		if known, err = s.checkSheet(ctx, r, content); err != nil {
			return nil, err
		}
	}
	return s.uploaded(ctx, http.StatusOK, known, true), nil
}

func (s *server) tryRoster(ctx context.Context, school uuid.UUID, file *rest.File) (*rosterUploadOutput, error) {
	dry, err := registration.TryRoster(ctx, s.Store, rest.ScopeOf(ctx), school, s.sheet(file.Content))
	if err != nil {
		return nil, err
	}
	out := &rosterUploadOutput{Status: http.StatusOK, Body: RosterUpload{DryRun: true, Fit: !dry.Unfit, Counts: showCounts(dry.RosterCounts),
		Findings: sheet.ShowFindings(ctx, dry.Findings)}}
	for _, row := range dry.Rows {
		out.Body.Rows = append(out.Body.Rows, sheet.ShowRow(ctx, row))
	}
	return out, nil
}

func (s *server) recheckRoster(ctx context.Context, in *rest.PathID) (*rest.Body[Roster], error) {
	r, err := s.restart(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	content, err := s.uploadedSheet(ctx, r)
	if err != nil {
		return nil, err
	}
	done, err := s.checkSheet(ctx, r, content)
	if err != nil {
		return nil, err
	}
	return rest.BodyOf(showRoster(ctx, *done)), nil
}

func (s *server) restart(ctx context.Context, id uuid.UUID) (*registration.Roster, error) {
	var r *registration.Roster
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		known, err := registration.ReadRoster(tx, id)
		if err != nil {
			return err
		}
		if err := rest.Allow(ctx, known.OrgPath); err != nil {
			return err
		}
		r, err = registration.RestartRosterCheck(tx, id)
		return err
	})
	return r, err
}

// checkSheet runs the check to its end even when the sender hangs up.
func (s *server) checkSheet(ctx context.Context, r *registration.Roster, content []byte) (*registration.Roster, error) {
	going, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkTime)
	defer cancel()
	done, err := registration.CheckRoster(going, s.Store, rest.ScopeOf(ctx), r, s.sheet(content))
	if errors.Is(err, registration.ErrSuperseded) {
		return nil, refusal.New(refusal.RosterChecking).Because(err)
	}
	return done, err
}

func (s *server) sheet(content []byte) registration.RosterSheet {
	return registration.RosterSheet{File: bytes.NewReader(content), Size: int64(len(content)), Reader: s.Sheets.Reader, Divisions: s.Sheets.Divisions}
}

func (s *server) uploaded(ctx context.Context, status int, r *registration.Roster, repeated bool) *rosterUploadOutput {
	shown := showRoster(ctx, *r)
	return &rosterUploadOutput{Status: status, Body: RosterUpload{Repeated: repeated, Fit: r.State != registration.RosterUnfit,
		Counts: shown.Counts, Findings: shown.Findings, Roster: &shown}}
}
