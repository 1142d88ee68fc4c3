package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
)

// pupilName is the name of everybody.
const pupilName = "样例生"

// pupil is a record with the files its change rests on.
type pupil struct {
	id       uuid.UUID
	year     int
	number   string // student number
	evidence []uuid.UUID
	card     []byte // keyed hash of the citizen identity number that was asked for
}

// pupils enrols n made-up pupils of a school and puts the files of each ready at
// the side that will file.
func (l *landscape) pupils(ctx context.Context, of side, filer place, n, files int) ([]pupil, error) {
	list, batch := make([]pupil, n), &pgx.Batch{}
	for i := range list {
		var err error
		if list[i], err = l.enrol(batch, of.school); err != nil {
			return nil, err
		}
		for range files {
			file := uuid.Must(uuid.NewV7())
			list[i].evidence = append(list[i].evidence, file)
			batch.Queue(`INSERT INTO evidence (id, org_id, org_path, uploaded_by, file_name, media_type, size, sha256, blob_key, created_at)
				VALUES ($1, $2, $3::text::ltree, $2, '证明.png', 'image/png', 1000, sha256($4), $5, $6)`,
				file, filer.id, filer.path, file[:], file.String(), l.now())
		}
	}
	if err := l.db.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("enrol pupils: %w", err)
	}
	return list, nil
}

// enrol queues one record with a student number, sealed as the register does.
func (l *landscape) enrol(batch *pgx.Batch, school place) (pupil, error) {
	p := pupil{id: uuid.Must(uuid.NewV7())}
	var class uuid.UUID
	p.year, class = school.nextClass()
	birth, err := calendar.NewDate(p.year-6, time.March, 1+l.numbers%28)
	if err != nil {
		return p, err
	}
	number, err := ident.ParseStudentNumber(fmt.Sprintf("L%s%s%04d", noCounty, birth.Compact(), l.numbers/28%10000))
	if err != nil {
		return p, err
	}
	l.numbers++
	p.number = number.Reveal()
	sealed, err := l.keys.Encrypt("student.student_number/"+p.id.String(), []byte(p.number))
	if err != nil {
		return p, err
	}
	batch.Queue(`UPDATE school_class SET occupied = occupied + 1 WHERE id = $1`, class)
	batch.Queue(`INSERT INTO student (id, school_id, org_path, class_id, holds_seat, stage, entry_year, name, sex, birth_date, id_type,
			number_class, number_cipher, number_hash, number_masked, enrol_status, in_register, on_campus, created_at, updated_at)
		VALUES ($1, $2, $3::text::ltree, $4, true, 'PRIMARY', $5, $6, '1', $7, 'Z', 'L', $8, $9, $10, 'ENROLLED', true, true, $11, $11)`,
		p.id, school.id, school.path, class, p.year, pupilName, birth, sealed, l.keys.Hash("student_number", p.number), number.String(), l.now())
	return p, nil
}

// noCounty is of the division 99, which does not exist: its numbers are nobody's.
const noCounty = "990101"

// card gives the next citizen identity number that nobody has and the simulated
// population database confirms. Many clients may ask at once.
func (l *landscape) card() (ident.CitizenID, error) {
	n := int(l.cards.Add(1) - 1)
	first, err := calendar.NewDate(1950, time.January, 1) // the simulator knows two numbers a day
	if err != nil {
		return ident.CitizenID{}, err
	}
	return simulator.Number(first.AddDays(n/2), []ident.Sex{ident.Male, ident.Female}[n%2], simulator.Matches)
}

// settle lets the planner know what was written, as autovacuum would in time.
func (l *landscape) settle(ctx context.Context) error {
	_, err := l.db.Exec(ctx, `ANALYZE`)
	return err
}
