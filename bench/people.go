package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/store"
)

// bureauCode is 南明区, whose bureau manages all schools of the bench.
const bureauCode = "520102"

// The years of entry of a school's year groups; the newest is in its first year.
const (
	firstYear = 2021
	lastYear  = 2026
)

// seats of a class by policy.
const seats = 55

// place is one office of the bench.
type place struct {
	id   uuid.UUID
	path string
	code string
}

// landscape writes schools, people and pupils as the owner of the tables: what
// a province has before anybody files anything.
type landscape struct {
	db   *pgxpool.Pool
	now  func() time.Time
	hash string // of the one password everybody has
}

const password = "Bench-2026!" // of made-up people in a database of their own

func newLandscape(db *pgxpool.Pool, now func() time.Time) *landscape {
	return &landscape{db: db, now: now, hash: store.HashPassword(password)}
}

func (l *landscape) bureau(ctx context.Context) (place, error) {
	p := place{code: bureauCode}
	err := l.db.QueryRow(ctx, `SELECT id, path::text FROM organisation WHERE kind = $1 AND code = $2`, org.County, p.code).Scan(&p.id, &p.path)
	if err != nil {
		return p, fmt.Errorf("find the bureau: %w", err)
	}
	return p, nil
}

// school makes the n-th school with year groups and classes.
func (l *landscape) school(ctx context.Context, bureau place, n, classesPerYear int) (place, error) {
	p := place{id: uuid.Must(uuid.NewV7()), code: fmt.Sprintf("2152%06d", 100+n)}
	p.path = bureau.path + ".s" + p.code
	batch := &pgx.Batch{}
	batch.Queue(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
		SELECT $1, b.id, $2::text::ltree, 'SCHOOL', $3, $4, b.division_code, b.province_code, '{PRIMARY}', $5 FROM organisation b WHERE b.id = $6`,
		p.id, p.path, p.code, fmt.Sprintf("南明区测量第%d小学", n), l.now(), bureau.id)
	for year := firstYear; year <= lastYear; year++ {
		grade := uuid.Must(uuid.NewV7())
		batch.Queue(`INSERT INTO school_grade (id, school_id, org_path, stage, entry_year, name) VALUES ($1, $2, $3::text::ltree, 'PRIMARY', $4, $5)`,
			grade, p.id, p.path, year, fmt.Sprintf("%d级", year))
		for no := 1; no <= classesPerYear; no++ {
			batch.Queue(`INSERT INTO school_class (id, school_id, org_path, grade_id, code, name, capacity) VALUES ($1, $2, $3::text::ltree, $4, $5, $6, $7)`,
				uuid.Must(uuid.NewV7()), p.id, p.path, grade, classCode(year, no), fmt.Sprintf("%d级%d班", year, no), seats)
		}
	}
	if err := l.db.SendBatch(ctx, batch).Close(); err != nil {
		return p, fmt.Errorf("make a school: %w", err)
	}
	return p, nil
}

// classCode is a class of a primary school (ident.ClassCode).
func classCode(year, no int) string { return fmt.Sprintf("%d1%02d", year, no) }

// account makes a person with one role and gives the login.
func (l *landscape) account(ctx context.Context, at place, role org.Role) (string, error) {
	id := uuid.Must(uuid.NewV7())
	login := "bench-" + id.String()
	_, err := l.db.Exec(ctx, `INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
		VALUES ($1, $2, $3::text::ltree, $4, $5, $6, $7, $8, false, $8, $8)`,
		id, at.id, at.path, login, "测量员", []org.Role{role}, l.hash, l.now())
	if err != nil {
		return "", fmt.Errorf("make an account: %w", err)
	}
	return login, nil
}

// pupil is a record with the two files a suspension rests on.
type pupil struct {
	id       uuid.UUID
	evidence [2]uuid.UUID
}

// pupils enrols n made-up pupils, seat by seat, and puts their evidence ready.
func (l *landscape) pupils(ctx context.Context, school place, n int) ([]pupil, error) {
	list, batch := make([]pupil, n), &pgx.Batch{}
	for i := range list {
		list[i] = pupil{id: uuid.Must(uuid.NewV7()), evidence: [2]uuid.UUID{uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())}}
		// The emptiest class: a year's new intake, not 55 at once.
		batch.Queue(`WITH room AS (SELECT k.id, g.entry_year FROM school_class k JOIN school_grade g ON g.id = k.grade_id
				WHERE k.school_id = $2 ORDER BY k.occupied, k.code LIMIT 1),
			seat AS (UPDATE school_class SET occupied = occupied + 1 WHERE id = (SELECT id FROM room))
			INSERT INTO student (id, school_id, org_path, class_id, holds_seat, stage, entry_year, name, sex, birth_date, id_type,
				enrol_status, in_register, on_campus, created_at, updated_at)
			SELECT $1, $2, $3::text::ltree, room.id, true, 'PRIMARY', room.entry_year, '样例生', '1', make_date(room.entry_year - 6, 3, 1), 'Z',
				'ENROLLED', true, true, $4, $4 FROM room`, list[i].id, school.id, school.path, l.now())
		for _, file := range list[i].evidence {
			batch.Queue(`INSERT INTO evidence (id, org_id, org_path, uploaded_by, file_name, media_type, size, sha256, blob_key, created_at)
				VALUES ($1, $2, $3::text::ltree, $2, '证明.png', 'image/png', 1000, sha256($4), $5, $6)`,
				file, school.id, school.path, file[:], file.String(), l.now())
		}
	}
	if err := l.db.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("enrol pupils: %w", err)
	}
	return list, nil
}

// settle lets the planner know what was written, as autovacuum would in time.
func (l *landscape) settle(ctx context.Context) error {
	_, err := l.db.Exec(ctx, `ANALYZE`)
	return err
}
