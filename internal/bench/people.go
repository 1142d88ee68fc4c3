package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/xueji/xueji/models/account"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/secret"
)

// The counties whose bureaus manage the schools of the bench, of two provinces.
const (
	homeCode = "520102" // 南明区, of every pupil
	awayCode = "110101" // 东城区, which receives some
)

// The years of entry of a school's year groups; the newest is in its first year.
const (
	firstYear = 2021
	lastYear  = 2026
)

// movingYear is the oldest year group that may be transferred: the graduating one may not.
const movingYear = firstYear + 1

// seats of a class by policy.
const seats = 55

// place is one office of the bench.
type place struct {
	id   uuid.UUID
	path string
	code string
	// classes of a school by entry year, and how many pupils were put there.
	classes map[int][]uuid.UUID
	pupils  *int
}

// landscape writes schools, people and pupils as the owner of the tables: what
// a province has before anybody files anything.
type landscape struct {
	db   *pgxpool.Pool
	keys *secret.Keyring // the register's: numbers are sealed as it does
	now  func() time.Time
	hash string // of the one password everybody has

	numbers int          // student numbers given so far
	cards   atomic.Int64 // citizen identity numbers given so far
}

const password = "Bench-2026!" // of made-up people in a database of their own

func newLandscape(db *pgxpool.Pool, keys *secret.Keyring, now func() time.Time) *landscape {
	return &landscape{db: db, keys: keys, now: now, hash: account.HashPassword(password)}
}

// bureau finds the bureau of a county.
func (l *landscape) bureau(ctx context.Context, code string) (place, error) {
	p := place{code: code}
	err := l.db.QueryRow(ctx, `SELECT id, path::text FROM organisation WHERE kind = $1 AND code = $2`, org.County, p.code).Scan(&p.id, &p.path)
	if err != nil {
		return p, fmt.Errorf("find the bureau: %w", err)
	}
	return p, nil
}

// letLookUp gives the province of a bureau a policy under which one registrar may
// claim more pupils of other schools a day than people ever do.
func (l *landscape) letLookUp(ctx context.Context, owner string, bureau place) error {
	known, err := process.Load()
	if err != nil {
		return err
	}
	_, err = policy.AddAsOwner(ctx, owner, bureau.code[:2]+"0000", calendar.DateOf(l.now()), []byte("lookups_per_day: 1000000"), known, l.now())
	return err
}

// letCountersign gives the province of a bureau a policy under which the leader and
// the principal of a school sign together that a pupil leaves (其他离校).
func (l *landscape) letCountersign(ctx context.Context, owner string, bureau place) error {
	known, err := process.Load()
	if err != nil {
		return err
	}
	const chain = `
chains:
  OTHER_LEAVING:
    "*":
      - {name: SCHOOL_SIGNS, label: {zh: 学校会签, en: Countersigned by the school}, side: FILER, level: SCHOOL, role: SCHOOL_LEADER, term: 10wd,
         sign: {mode: ALL, seats: [{}, {role: PRINCIPAL}]}}
      - {name: BUREAU_APPROVAL, label: {zh: 主管部门审批, en: Bureau approval}, side: FILER, level: MANAGING, role: BUREAU_REVIEWER, term: 10wd}
`
	_, err = policy.AddAsOwner(ctx, owner, bureau.code[:2]+"0000", calendar.DateOf(l.now()), []byte(chain), known, l.now())
	return err
}

// school makes the n-th school of a bureau with year groups and classes.
func (l *landscape) school(ctx context.Context, bureau place, n, classesPerYear int) (place, error) {
	p := place{id: uuid.Must(uuid.NewV7()), code: fmt.Sprintf("21%s%06d", bureau.code[:2], 100+n), classes: map[int][]uuid.UUID{}, pupils: new(int)}
	p.path = bureau.path + ".s" + p.code
	batch := &pgx.Batch{}
	batch.Queue(`INSERT INTO organisation (id, parent_id, path, kind, code, name, division_code, province_code, stages, created_at)
		SELECT $1, b.id, $2::text::ltree, 'SCHOOL', $3, $4, b.division_code, b.province_code, '{PRIMARY}', $5 FROM organisation b WHERE b.id = $6`,
		p.id, p.path, p.code, fmt.Sprintf("测量第%d小学", n), l.now(), bureau.id)
	for year := firstYear; year <= lastYear; year++ {
		grade := uuid.Must(uuid.NewV7())
		batch.Queue(`INSERT INTO school_grade (id, school_id, org_path, stage, entry_year, name) VALUES ($1, $2, $3::text::ltree, 'PRIMARY', $4, $5)`,
			grade, p.id, p.path, year, fmt.Sprintf("%d级", year))
		for no := 1; no <= classesPerYear; no++ {
			class := uuid.Must(uuid.NewV7())
			p.classes[year] = append(p.classes[year], class)
			batch.Queue(`INSERT INTO school_class (id, school_id, org_path, grade_id, code, name, capacity) VALUES ($1, $2, $3::text::ltree, $4, $5, $6, $7)`,
				class, p.id, p.path, grade, classCode(year, no), fmt.Sprintf("%d级%d班", year, no), seats)
		}
	}
	if err := l.db.SendBatch(ctx, batch).Close(); err != nil {
		return p, fmt.Errorf("make a school: %w", err)
	}
	return p, nil
}

// nextClass deals the classes out in turn, so that no class is 55 pupils at once.
func (p place) nextClass() (year int, class uuid.UUID) {
	const years = lastYear - movingYear + 1
	n := *p.pupils
	*p.pupils++
	year = movingYear + n%years
	list := p.classes[year]
	return year, list[n/years%len(list)]
}

// classCode is a class of a primary school (ident.ClassCode).
func classCode(year, no int) string { return fmt.Sprintf("%d1%02d", year, no) }

// account makes a person with one role and gives the login.
func (l *landscape) account(ctx context.Context, at place, role org.Role) (string, uuid.UUID, error) {
	id := uuid.Must(uuid.NewV7())
	login := "bench-" + id.String()
	_, err := l.db.Exec(ctx, `INSERT INTO account (id, org_id, org_path, login, name, roles, password_hash, password_set_at, must_change, last_used_at, created_at)
		VALUES ($1, $2, $3::text::ltree, $4, $5, $6, $7, $8, false, $8, $8)`,
		id, at.id, at.path, login, "测量员", []org.Role{role}, l.hash, l.now())
	if err != nil {
		return "", id, fmt.Errorf("make an account: %w", err)
	}
	return login, id, nil
}

// proxy lets somebody act for a colleague for a week.
func (l *landscape) proxy(ctx context.Context, at place, away, acts uuid.UUID) error {
	now := l.now()
	_, err := l.db.Exec(ctx, `INSERT INTO proxy (id, account_id, proxy_id, org_id, org_path, from_at, until_at, reason, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5::text::ltree, $6, $7, '测量', $2, $6)`,
		uuid.Must(uuid.NewV7()), away, acts, at.id, at.path, now.Add(-time.Hour), now.AddDate(0, 0, 7))
	if err != nil {
		return fmt.Errorf("name a proxy: %w", err)
	}
	return nil
}
