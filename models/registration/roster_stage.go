package registration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm/clause"

	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// RosterStalled is how long a check may show no progress before another upload
// of the same file takes it over.
const RosterStalled = time.Minute

// ErrSuperseded says that another attempt has taken the roster over. The rows of this
// attempt are deleted, and it must stop.
var ErrSuperseded = errors.New("another check of this roster has begun")

// NewRoster is an uploaded file that was stored and hashed.
type NewRoster struct {
	ID         uuid.UUID
	School     uuid.UUID
	OrgPath    string
	FileName   string
	FileSHA256 []byte
	FileSize   int64
	BlobKey    string
	// Key is the idempotency key of the upload; empty when its sender gave none.
	Key string
}

// UploadedBefore returns the roster that the caller has made with this idempotency key, in
// whatever state it is, or nil. With another file the key is refused.
func UploadedBefore(t *store.Tx, key string, fileSHA256 []byte) (*Roster, error) {
	if key == "" {
		return nil, nil //nolint:nilnil // nothing to look for
	}
	r, err := rosterIn(t.DB(), "created_by = ? AND idempotency_key = ?", t.Scope().Account, key)
	if errors.Is(err, refusal.New(refusal.NotFound)) {
		return nil, nil //nolint:nilnil // used for the first time
	}
	if err == nil && !bytes.Equal(r.FileSHA256, fileSHA256) {
		return nil, refusal.New(refusal.KeyReused)
	}
	return r, err
}

// endedStates are the states in which the file of a roster may come again. They stand in
// the text of the statement, because the index of files serves a plan only when they are
// known to the plan.
const endedStates = `'` + string(RosterRefused) + `', '` + string(RosterDiscarded) + `', '` + string(RosterRegistered) + `'`

// RosterInHand returns the unfinished roster of the same file of the same school, or nil.
// A roster whose check was cut off counts; a registered one does not.
func RosterInHand(t *store.Tx, school uuid.UUID, fileSHA256 []byte) (*Roster, error) {
	r, err := rosterIn(t.DB(), "school_id = ? AND file_sha256 = ? AND state NOT IN ("+endedStates+")", school, fileSHA256)
	if errors.Is(err, refusal.New(refusal.NotFound)) {
		return nil, nil //nolint:nilnil // none is in hand
	}
	return r, err
}

// BeginRoster records an uploaded file and opens its check. When the same file has an
// unfinished roster, it returns that roster and begun is false.
func BeginRoster(t *store.Tx, n NewRoster) (r *Roster, begun bool, err error) {
	if r, err = n.earlier(t); err != nil || r != nil {
		return r, false, err
	}
	rows, err := t.Exec(`INSERT INTO roster (id, school_id, org_path, file_name, file_sha256, file_size, blob_key, idempotency_key, state, created_by, created_at, progress_at)
		VALUES (?, ?, ?::ltree, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		n.ID, n.School, n.OrgPath, n.FileName, n.FileSHA256, n.FileSize, n.BlobKey, n.Key, RosterUploaded, t.Scope().Account, t.Now(), t.Now())
	if err != nil {
		return nil, false, fmt.Errorf("record a roster: %w", err)
	}
	if rows == 0 {
		r, err = n.earlier(t)
		return r, false, err
	}
	if err := t.Audit("roster.upload", "roster", n.ID.String(), map[string]string{"size": strconv.FormatInt(n.FileSize, 10)}); err != nil {
		return nil, false, err
	}
	r, err = ReadRoster(t, n.ID)
	return r, true, err
}

// earlier returns the roster of an earlier upload that this one repeats, or nil.
func (n NewRoster) earlier(t *store.Tx) (*Roster, error) {
	r, err := UploadedBefore(t, n.Key, n.FileSHA256)
	if err != nil || r != nil {
		return r, err
	}
	return RosterInHand(t, n.School, n.FileSHA256)
}

// RestartRosterCheck deletes the stored rows and opens a new attempt, for a check that
// stalled or after classes were added. A check that still makes progress is left alone
// (roster_checking).
func RestartRosterCheck(t *store.Tx, id uuid.UUID) (*Roster, error) {
	r, err := lockRoster(t, id)
	if err != nil {
		return nil, err
	}
	if err := r.RefusalToCheck(t.Now()); err != nil {
		return nil, err
	}
	if err := clearCheck(t, id); err != nil {
		return nil, err
	}
	return ReadRoster(t, id)
}

// RefusalToCheck returns why no new check of the roster may begin now, or nil.
func (r *Roster) RefusalToCheck(now time.Time) error {
	switch {
	case r.State == RosterUploaded && !r.CheckStalled(now):
		return refusal.New(refusal.RosterChecking)
	case r.State != RosterUploaded && r.State != RosterChecked && r.State != RosterUnfit:
		return wrongRosterState(r.State)
	case r.BlobKey == "":
		return refusal.New(refusal.RosterFileGone)
	}
	return nil
}

// clearCheck takes a roster back to where no row of it was checked.
func clearCheck(t *store.Tx, id uuid.UUID) error {
	_, err := t.Exec(`UPDATE roster SET state = ?, attempt = attempt + 1, findings = '[]', checked_at = NULL, progress_at = ?,
		rows_read = 0, rows_good = 0, rows_remarked = 0, rows_rejected = 0, rows_skipped = 0,
		rows_present = 0, rows_differing = 0, version = version + 1 WHERE id = ?`, RosterUploaded, t.Now(), id)
	if err != nil {
		return fmt.Errorf("restart the check of a roster: %w", err)
	}
	if _, err := t.Exec(`DELETE FROM roster_row WHERE roster_id = ?`, id); err != nil {
		return fmt.Errorf("restart the check of a roster: %w", err)
	}
	return nil
}

// checkedRow is one checked row on its way into a roster.
type checkedRow struct {
	RowNo     int
	Verdict   RosterVerdict
	ClassID   uuid.UUID
	ClassCode string
	// Values are the accepted items. They are stored encrypted, and only for good rows.
	Values   map[roster.Field]string
	Findings []roster.Finding
	// StudentID is the record by which a row was recognised: PRESENT and DIFFERS.
	StudentID uuid.UUID
}

// isGood reports whether the row is to be registered.
func (row *checkedRow) isGood() bool { return row.Verdict == RowAccepted || row.Verdict == RowRemarked }

// withoutSecrets returns the row without its secrets.
func (row *checkedRow) withoutSecrets() RosterRow {
	r := RosterRow{RowNo: row.RowNo, Verdict: row.Verdict, Name: row.Values[roster.Name], IDMasked: student.MaskDocument(row.Values[roster.IDNumber]),
		ClassCode: row.ClassCode, Findings: row.Findings}
	if row.StudentID != uuid.Nil {
		r.StudentID = &row.StudentID
	}
	return r
}

// saveCheckedRows stores a batch of checked rows and the progress. It returns
// ErrSuperseded when the attempt is no longer the current one.
func saveCheckedRows(t *store.Tx, id uuid.UUID, attempt int, rows []checkedRow) error {
	r, err := lockRoster(t, id)
	if err != nil {
		return err
	}
	if r.Attempt != attempt || r.State != RosterUploaded {
		return ErrSuperseded
	}
	counts := r.RosterCounts
	for _, row := range rows {
		counts.count(row.Verdict)
	}
	if err := insertRosterRows(t, r, rows); err != nil {
		return err
	}
	_, err = t.Exec(`UPDATE roster SET rows_read = ?, rows_good = ?, rows_remarked = ?, rows_rejected = ?, rows_skipped = ?,
		rows_present = ?, rows_differing = ?, progress_at = ?, version = version + 1 WHERE id = ?`,
		counts.Read, counts.Good, counts.Remarked, counts.Rejected, counts.Skipped, counts.Present, counts.Differing, t.Now(), id)
	if err != nil {
		return fmt.Errorf("record the progress of a check: %w", err)
	}
	return nil
}

func insertRosterRows(t *store.Tx, r *Roster, rows []checkedRow) error {
	copied := make([][]any, 0, len(rows))
	for _, row := range rows {
		values, err := checkedRowValues(t, r.ID, row)
		if err != nil {
			return err
		}
		copied = append(copied, values)
	}
	columns := []string{"row_no", "verdict", "name", "id_masked", "id_hash", "class_id", "class_code", "payload", "findings", "student_id"}
	err := t.CopyTemporary("staged_row", `row_no int, verdict text, name text, id_masked text, id_hash bytea,
		class_id uuid, class_code text, payload bytea, findings text, student_id uuid`, columns, copied)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO roster_row (roster_id, org_path, row_no, verdict, name, id_masked, id_hash, class_id, class_code, payload, findings, student_id)
		SELECT ?, ?::ltree, row_no, verdict, name, id_masked, id_hash, class_id, class_code, payload, findings::jsonb, student_id FROM staged_row`, r.ID, r.OrgPath)
	if err != nil {
		return fmt.Errorf("stage the rows of a roster: %w", err)
	}
	return nil
}

func checkedRowValues(t *store.Tx, id uuid.UUID, row checkedRow) ([]any, error) {
	findings, err := findingsJSON(row.Findings)
	if err != nil {
		return nil, err
	}
	var hash, payload []byte
	number := row.Values[roster.IDNumber]
	if row.isGood() {
		if payload, err = student.SealRosterRow(t.Store(), id, row.RowNo, row.Values); err != nil {
			return nil, err
		}
	}
	if row.isGood() && number != "" {
		hash = student.IdentityKey(t.Store(), student.DocumentOf(row.Values))
	}
	return []any{row.RowNo, string(row.Verdict), row.Values[roster.Name], student.MaskDocument(number), hash,
		store.OrNull(row.ClassID), row.ClassCode, payload, findings, store.OrNull(row.StudentID)}, nil
}

// rosterResult is the result of a check for the file as a whole.
type rosterResult struct {
	Template string
	// Unfit says that nothing of the file can be used (不符合模板); no row stays.
	Unfit    bool
	Findings []roster.Finding
	// Pupils is the number of rows with a pupil, copies included.
	Pupils int
	// Late are findings of rows that were stored as good before a later row refused them.
	Late map[int][]roster.Finding
}

// finishRosterCheck closes an attempt: CHECKED or UNFIT.
func finishRosterCheck(t *store.Tx, id uuid.UUID, attempt int, result rosterResult) (*Roster, error) {
	r, err := lockRoster(t, id)
	if err != nil {
		return nil, err
	}
	if r.Attempt != attempt || r.State != RosterUploaded {
		return nil, ErrSuperseded
	}
	state, findings := RosterChecked, result.Findings
	if result.Unfit {
		state = RosterUnfit
		if _, err := t.Exec(`DELETE FROM roster_row WHERE roster_id = ?`, id); err != nil {
			return nil, fmt.Errorf("drop the rows of an unfit roster: %w", err)
		}
	}
	if err := refuseRowsLater(t, id, result.Late); err != nil {
		return nil, err
	}
	text, err := findingsJSON(findings)
	if err != nil {
		return nil, err
	}
	_, err = t.Exec(`UPDATE roster SET state = @state, template_version = @template, findings = CAST(@findings AS jsonb), checked_at = @now, progress_at = @now, version = version + 1,
			rows_read = @pupils, (rows_good, rows_remarked, rows_rejected, rows_skipped, rows_present, rows_differing) = (
				SELECT count(*) FILTER (WHERE verdict IN @good), count(*) FILTER (WHERE verdict = @remarked),
					count(*) FILTER (WHERE verdict = @rejected), count(*) FILTER (WHERE verdict = @skipped),
					count(*) FILTER (WHERE verdict = @here), count(*) FILTER (WHERE verdict = @differs) FROM roster_row WHERE roster_id = roster.id)
		WHERE id = @id`, map[string]any{"state": state, "template": result.Template, "findings": text, "now": t.Now(), "pupils": result.Pupils, "id": id, "good": goodVerdicts(),
		"remarked": RowRemarked, "rejected": RowRejected, "skipped": RowSkipped, "here": RowPresent, "differs": RowDiffers})
	if err != nil {
		return nil, fmt.Errorf("finish the check of a roster: %w", err)
	}
	return ReadRoster(t, id)
}

// refuseRowsLater refuses rows that were stored as good before a later row contradicted them.
func refuseRowsLater(t *store.Tx, id uuid.UUID, late map[int][]roster.Finding) error {
	for row, findings := range late {
		text, err := findingsJSON(findings)
		if err != nil {
			return err
		}
		_, err = t.Exec(`UPDATE roster_row SET verdict = ?, payload = NULL, id_hash = NULL, findings = findings || ?::jsonb
			WHERE roster_id = ? AND row_no = ?`, RowRejected, text, id, row)
		if err != nil {
			return fmt.Errorf("refuse a row of a roster: %w", err)
		}
	}
	return nil
}

// findingsJSON writes a list of findings; none is an empty list.
func findingsJSON(list []roster.Finding) (string, error) {
	text, err := json.Marshal(append([]roster.Finding{}, list...))
	if err != nil {
		return "", fmt.Errorf("write findings: %w", err)
	}
	return string(text), nil
}

// DiscardRoster discards a roster that was not filed, with its rows, and stops the job that
// checks it.
func DiscardRoster(t *store.Tx, id uuid.UUID) error {
	r, err := lockRoster(t, id)
	if err != nil {
		return err
	}
	if r.State != RosterUploaded && r.State != RosterChecked && r.State != RosterUnfit {
		return wrongRosterState(r.State)
	}
	if _, err := t.Exec(`UPDATE roster SET state = ?, version = version + 1 WHERE id = ?`, RosterDiscarded, id); err != nil {
		return fmt.Errorf("discard a roster: %w", err)
	}
	if _, err := t.Exec(`DELETE FROM roster_row WHERE roster_id = ?`, id); err != nil {
		return fmt.Errorf("discard a roster: %w", err)
	}
	if err := job.StopUnfinished(t, job.JobRosterCheck, id); err != nil {
		return err
	}
	return t.Audit("roster.discard", "roster", id.String(), nil)
}

// lockRoster locks a roster until the transaction ends. The application role may lock
// only what it may still change; for all other rosters the refusal is roster_state.
func lockRoster(t *store.Tx, id uuid.UUID) (*Roster, error) {
	r, err := rosterIn(t.DB().Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}), "id = ?", id)
	if !errors.Is(err, refusal.New(refusal.NotFound)) {
		return r, err
	}
	r, err = ReadRoster(t, id)
	if err != nil {
		return nil, err
	}
	return nil, wrongRosterState(r.State)
}

func wrongRosterState(s RosterState) error {
	return s.refusal()
}
