package rosters

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/api/sheet"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/job"
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
	known, byKey, err := s.earlier(ctx, office.ID, sum[:])
	switch {
	case err != nil:
		return nil, err
	case byKey && (known.CheckUnfinished() || known.State != registration.RosterUploaded): // a check in the request may have been cut off
		return s.uploaded(ctx, http.StatusOK, known, true), nil
	case known != nil:
		return s.repeatRoster(ctx, known, file.Content)
	}
	return s.newRoster(ctx, office, file, sum[:])
}

// earlier returns the roster of an upload that this one repeats, or nil, and whether the
// caller has used the same idempotency key for it.
func (s *server) earlier(ctx context.Context, school uuid.UUID, sum []byte) (known *registration.Roster, byKey bool, err error) {
	err = s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		if known, err = registration.UploadedBefore(tx, rest.IdempotencyKey(ctx), sum); err != nil || known != nil {
			byKey = known != nil
			return err
		}
		known, err = registration.RosterInHand(tx, school, sum)
		return err
	})
	return known, byKey, err
}

// newRoster keeps a sheet that nobody has handed in before. A long one is checked by a job,
// which is filed in the same transaction: a crash leaves both or none.
func (s *server) newRoster(ctx context.Context, office authz.Office, file *rest.File, sum []byte) (*rosterUploadOutput, error) {
	parts, err := registration.PartsOfCheck(ctx, s.Store, s.sheet(file.Content))
	if err != nil {
		return nil, err
	}
	id := uuid.Must(uuid.NewV7())
	if _, _, err := s.Files.Put(ctx, files.Roster, id.String(), bytes.NewReader(file.Content), s.rosterLimit()); err != nil {
		return nil, err
	}
	var r *registration.Roster
	var j *job.Job
	var begun bool
	err = s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *store.Tx) error {
		r, begun, err = registration.BeginRoster(tx, registration.NewRoster{ID: id, School: office.ID, OrgPath: office.Path, FileName: file.Name,
			FileSHA256: sum, FileSize: int64(len(file.Content)), BlobKey: id.String(), Key: rest.IdempotencyKey(ctx)})
		if err == nil && begun {
			r, j, err = fileCheck(tx, r, parts)
		}
		return err
	})
	if err != nil || !begun { // nobody would ever find the file
		gone := s.Files.Delete(context.WithoutCancel(ctx), files.Roster, id.String())
		if err := errors.Join(err, gone); err != nil {
			return nil, err
		}
		return s.uploaded(ctx, http.StatusOK, r, true), nil
	}
	if j != nil {
		s.Desk.WakeJob(ctx, j)
		return s.uploaded(ctx, http.StatusCreated, r, false), nil
	}
	done, err := s.checkSheet(ctx, r, file.Content)
	if err != nil {
		return nil, err
	}
	return s.uploaded(ctx, http.StatusCreated, done, false), nil
}

// fileCheck files the job that checks a long sheet, and gives the roster as it is then; a
// short sheet has no parts and no job.
func fileCheck(tx *store.Tx, r *registration.Roster, parts []job.JobRange) (*registration.Roster, *job.Job, error) {
	if len(parts) == 0 {
		return r, nil, nil
	}
	j, err := registration.FileRosterCheck(tx, r, parts)
	if err != nil {
		return nil, nil, err
	}
	r, err = registration.ReadRoster(tx, r.ID)
	return r, j, err
}

// repeatRoster answers a file that came before. A check of it that was cut off
// is taken over; one that still runs is left alone.
func (s *server) repeatRoster(ctx context.Context, known *registration.Roster, content []byte) (*rosterUploadOutput, error) {
	stopped := known.CheckStopped()
	if stopped || known.CheckStalled(s.Store.Clock().Now()) {
		var err error
		if known, err = s.checkAgain(ctx, known.ID, func(*registration.Roster) ([]byte, error) { return content, nil }); err != nil {
			return nil, err
		}
	}
	out := s.uploaded(ctx, http.StatusOK, known, true)
	if stopped {
		out.Body.Next = rest.InLanguage(ctx, checkWords()["resumed"])
	}
	return out, nil
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

func (s *server) recheckRoster(ctx context.Context, in *rest.PathID) (*recheckOutput, error) {
	r, err := s.checkAgain(ctx, in.ID, func(r *registration.Roster) ([]byte, error) { return s.uploadedSheet(ctx, r) })
	if err != nil {
		return nil, err
	}
	out := &recheckOutput{Status: http.StatusOK, Body: showRoster(ctx, *r)}
	if r.CheckUnfinished() {
		out.Status, out.Location = http.StatusAccepted, jobPath(r)
	}
	return out, nil
}

// checkAgain lets the job of a check go on that had stopped, or begins a new check: as a job
// when the sheet is long, otherwise at once.
func (s *server) checkAgain(ctx context.Context, id uuid.UUID, read func(*registration.Roster) ([]byte, error)) (*registration.Roster, error) {
	r, err := s.rosterFor(ctx, id, nil)
	if err != nil {
		return nil, err
	}
	if r.CheckStopped() {
		if _, err := s.Desk.SayToJob(ctx, rest.ScopeOf(ctx), *r.JobID, job.JobResume, func(path string) error { return rest.Allow(ctx, path) }); err != nil {
			return nil, err
		}
		return s.rosterFor(ctx, id, nil)
	}
	if err := r.RefusalToCheck(s.Store.Clock().Now()); err != nil { // before the file is read
		return nil, err
	}
	content, err := read(r)
	if err != nil {
		return nil, err
	}
	parts, err := registration.PartsOfCheck(ctx, s.Store, s.sheet(content))
	if err != nil {
		return nil, err
	}
	var j *job.Job
	_, err = s.rosterFor(ctx, id, func(tx *store.Tx, _ *registration.Roster) error {
		if r, err = registration.RestartRosterCheck(tx, id); err == nil {
			r, j, err = fileCheck(tx, r, parts)
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case j != nil:
		s.Desk.WakeJob(ctx, j)
		return r, nil
	}
	return s.checkSheet(ctx, r, content)
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

// jobPath is where the job that checks a roster is seen.
func jobPath(r *registration.Roster) string { return "/v1/jobs/" + r.JobID.String() }

// uploaded answers an upload with the roster; 202 while a job checks it.
func (s *server) uploaded(ctx context.Context, status int, r *registration.Roster, repeated bool) *rosterUploadOutput {
	shown := showRoster(ctx, *r)
	out := &rosterUploadOutput{Status: status, Body: RosterUpload{Repeated: repeated, Fit: r.State != registration.RosterUnfit,
		Counts: shown.Counts, Findings: shown.Findings, Roster: &shown}}
	if r.CheckUnfinished() {
		out.Status, out.Location, out.Body.Job = http.StatusAccepted, jobPath(r), r.JobID
		out.Body.Next = rest.InLanguage(ctx, nextOfCheck(r, repeated))
	}
	return out
}
