package problem

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/job"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// IdentityAsker asks the population database whether a name and a number belong together. An
// error is a silence of the service and never a verdict.
type IdentityAsker func(ctx context.Context, name string, number ident.CitizenID) (ident.Answer, error)

// IdentityCheckJob asks the population database about records (身份认证, P21, P22), writes
// what it said and the problem that follows: ID_ERROR arises and ends by it. Nothing else
// but the step of a change of key data, which asks the same, moves a record on from
// UNCHECKED.
type IdentityCheckJob struct{ Asker IdentityAsker }

// patience is how long a part waits for a service that answers nothing at all. It is longer
// than job.Quiet, so that operators see a job that does not get on. Then the part is done
// without answers, because the questions themselves may be what the service is silent
// about; the records stay unchecked and the next job asks again.
const patience = job.Quiet + 5*time.Minute

// identityQuestion is a record that is asked about.
type identityQuestion struct {
	ID       uuid.UUID
	Name     string
	IDType   string
	IDHash   []byte
	IDCipher []byte
	number   ident.CitizenID // zero when the number is not well formed
	answer   ident.Answer    // empty without one
}

// Part is not used: Ask gives the work of each part.
func (w IdentityCheckJob) Part(*store.Tx, *job.Job, *job.JobPart) error {
	return errors.New("the identities of this part were not asked about")
}

// Ask asks about the records of a part, one after the other.
func (w IdentityCheckJob) Ask(ctx context.Context, s *store.Store, j *job.Job, p *job.JobPart) (job.JobWork, error) {
	var list []identityQuestion
	err := s.InScope(ctx, store.Scope{}, func(t *store.Tx) (err error) {
		list, err = readQuestions(t, j.ID, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	var silent error
	asked, answered := 0, 0
	for i := range list {
		q := &list[i]
		if q.number.IsZero() {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("ask about identities: %w", err)
		}
		asked++
		if q.answer, err = w.ask(ctx, q); err != nil {
			silent = err
			continue
		}
		answered++
	}
	if asked > 0 && answered == 0 && s.Clock().Now().Sub(j.MovedAt) < patience {
		return nil, fmt.Errorf("no identity of a part could be checked: %w", silent)
	}
	return identityAnswers{list: list, asked: s.Clock().Now()}, nil
}

// askingTime is how long the population database may take about one record.
const askingTime = 20 * time.Second

func (w IdentityCheckJob) ask(ctx context.Context, q *identityQuestion) (ident.Answer, error) {
	if w.Asker == nil {
		return "", errors.New("no service for identity checks is set up")
	}
	asking, cancel := context.WithTimeout(ctx, askingTime)
	defer cancel()
	name, _ := ident.TidyName(q.Name) // the population database knows no radicals
	a, err := w.Asker(asking, name, q.number)
	if err == nil && !a.Known() {
		return "", errors.New("the answer is none of the known ones")
	}
	return a, err
}

// Finish forgets which records were asked about; their answers stay.
func (w IdentityCheckJob) Finish(t *change.Tx, j *job.Job) error {
	if _, err := t.Exec(`DELETE FROM identity_question WHERE job_id = ?`, j.ID); err != nil {
		return fmt.Errorf("close an identity check: %w", err)
	}
	return nil
}

// readQuestions reads the records of a part that are still to be asked about.
func readQuestions(t *store.Tx, id uuid.UUID, p *job.JobPart) ([]identityQuestion, error) {
	var list []identityQuestion
	err := t.DB().Raw(`SELECT s.id, s.name, s.id_type, s.id_hash, s.id_cipher FROM identity_question q JOIN student s ON s.id = q.student_id
		WHERE q.job_id = @job AND q.no BETWEEN @first AND @last AND `+dueForCheck+` ORDER BY q.no`,
		map[string]any{"job": id, "first": p.FirstNo, "last": p.LastNo, "again": t.Now().Add(-askAgain)}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read whose identity is checked: %w", err)
	}
	for i := range list {
		number, err := student.Unseal(t.Store(), student.PurposeStudentID, list[i].ID, list[i].IDCipher)
		if err != nil {
			return nil, err
		}
		list[i].number = status.Identity{IDType: list[i].IDType, IDNumber: number}.Citizen()
	}
	return list, nil
}

// identityAnswers is the work that writes the answers of one part.
type identityAnswers struct {
	list  []identityQuestion
	asked time.Time
}

// Part writes the answers, the states and the problems of the records whose identity is the
// one that was asked about.
func (w identityAnswers) Part(t *store.Tx, _ *job.Job, _ *job.JobPart) error {
	if err := lockProblems(t); err != nil {
		return err
	}
	now, err := lockIdentities(t, w.list)
	if err != nil {
		return err
	}
	var marks []student.IdentityMark
	var touched []uuid.UUID
	var rows [][]any
	for _, q := range w.list {
		record, there := now[q.ID]
		if !there || record.Name != q.Name || !bytes.Equal(record.IDHash, q.IDHash) || record.IDType != q.IDType {
			continue // the record names another person by now
		}
		state := student.IdentityMismatch
		if !q.number.IsZero() {
			if q.answer == "" {
				continue
			}
			state = student.IdentityStateOf(q.answer)
			rows = append(rows, []any{store.NewID(), q.ID, w.asked, string(q.answer)})
		}
		if state == record.IdentityState {
			continue
		}
		marks = append(marks, student.IdentityMark{ID: q.ID, State: state})
		if record.Flagged || state != student.IdentityMatch && state != student.IdentityMigrating {
			touched = append(touched, q.ID)
		}
	}
	if err := keepAnswers(t, rows); err != nil {
		return err
	}
	if len(marks) == 0 {
		return nil
	}
	if err := student.WriteIdentityStates(t, marks); err != nil {
		return err
	}
	return updateProblems(t, touched, uuid.Nil)
}

// lockedIdentity is a record as it is when the answer about it is written.
type lockedIdentity struct {
	ID            uuid.UUID
	Name          string
	IDType        string
	IDHash        []byte
	IdentityState string
	Flagged       bool // the check holds something against it already
}

// lockIdentities locks the records that were asked about, in the order of their IDs.
func lockIdentities(t *store.Tx, list []identityQuestion) (map[uuid.UUID]lockedIdentity, error) {
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	var rows []lockedIdentity
	err := t.DB().Raw(`SELECT s.id, s.name, s.id_type, s.id_hash, s.identity_state, '`+status.IDError+`' = ANY (s.problem_flags) AS flagged
		FROM student s WHERE s.id = ANY (?::uuid[]) AND s.`+liveRecord+` ORDER BY s.id FOR UPDATE`, student.IdArray(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("hold the records that were asked about: %w", err)
	}
	now := make(map[uuid.UUID]lockedIdentity, len(rows))
	for _, row := range rows {
		now[row.ID] = row
	}
	return now, nil
}

// keepAnswers keeps the answers of a part.
func keepAnswers(t *store.Tx, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	err := t.CopyTemporary("given_answer", "id uuid, student_id uuid, asked_at timestamptz, answer text", []string{"id", "student_id", "asked_at", "answer"}, rows)
	if err != nil {
		return err
	}
	_, err = t.Exec(`INSERT INTO identity_check (id, student_id, org_path, asked_at, answer)
		SELECT a.id, a.student_id, s.org_path, a.asked_at, a.answer FROM given_answer a JOIN student s ON s.id = a.student_id`)
	if err != nil {
		return fmt.Errorf("keep the answers of the population database: %w", err)
	}
	return nil
}
