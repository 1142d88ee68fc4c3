package crowd

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/secret"
)

// pattern is a pupil, or a roster, of which copies are made.
type pattern struct {
	ID     uuid.UUID
	Roster bool
	Open   bool // a change runs
	Closed bool // had changes, and none runs
	Recent bool // a change ended and left something open: a suspension, a paper file
	Sex    string
	Birth  *time.Time
	At     time.Time // of the newest row
}

// readPatterns finds what can be copied. A roster is copied with the change that enrolled
// its pupils, once a unit.
func readPatterns(ctx context.Context, tx pgx.Tx) ([]pattern, error) {
	for _, s := range []string{
		`CREATE TEMP TABLE crowd_pattern ON COMMIT DROP AS
			SELECT s.id, false AS roster, coalesce(c.running, false) AS open, coalesce(NOT c.running, false) AS closed,
				EXISTS (SELECT 1 FROM suspension u WHERE u.student_id = s.id AND u.ended_on IS NULL)
					OR EXISTS (SELECT 1 FROM handover h WHERE h.student_id = s.id AND h.received_at IS NULL) AS recent,
				s.sex, s.birth_date, s.created_at
			FROM student s LEFT JOIN LATERAL (SELECT bool_or(c.status = 'RUNNING') AS running FROM change c WHERE c.student_id = s.id) c ON true
			WHERE s.roster_id IN (SELECT r.id FROM roster r JOIN crowd_school k ON k.id = r.school_id) AND s.school_id IN (SELECT id FROM crowd_school)
			UNION ALL SELECT r.id, true, false, false, false, '', NULL, r.created_at FROM roster r JOIN crowd_school k ON k.id = r.school_id WHERE r.state = 'ENROLLED'`,
		`CREATE TEMP TABLE crowd_change ON COMMIT DROP AS
			SELECT c.id AS change_id, p.id AS pattern FROM change c JOIN crowd_pattern p ON p.id = coalesce(c.student_id, c.roster_id)`,
		`CREATE UNIQUE INDEX ON crowd_change (change_id)`,
		`ANALYZE crowd_change`,
	} {
		if _, err := tx.Exec(ctx, s); err != nil {
			return nil, fmt.Errorf("read the patterns: %w", err)
		}
	}
	rows, err := tx.Query(ctx, `SELECT id, roster, open, closed, recent, sex, birth_date, created_at FROM crowd_pattern ORDER BY id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[pattern])
}

// How far back copies lie. Rosters lie before everything that happened to their pupils.
const (
	day        = 24 * time.Hour
	mostClosed = 700 * day
	mostRecent = 20 * day
	mostOpen   = 30 * time.Minute
	ofRosters  = 800 * day
)

// dealer writes the table of copies.
type dealer struct {
	keys  *secret.Keyring
	units []unit
	given map[string]int // identity numbers, by division

	n   int64
	rng *rand.Rand
}

// columns of the table of copies.
const createCopies = `CREATE TEMP TABLE crowd_copy (pattern uuid, n bigint, unit int, back interval, id uuid, name text, name_key text, birth_date date,
	id_cipher bytea, id_hash bytea, id_masked text, number_cipher bytea, number_hash bytea, number_masked text) ON COMMIT DROP`

// deal decides what is copied how often, to which unit and how far back.
func deal(ctx context.Context, tx pgx.Tx, keys *secret.Keyring, patterns []pattern, units []unit, size Size) error {
	d := &dealer{keys: keys, units: units, given: map[string]int{}, rng: rand.New(rand.NewPCG(2026, 11))} //nolint:gosec // the same crowd every time
	var plain, closed, open, rosters []pattern
	for _, p := range patterns {
		switch {
		case p.Roster:
			rosters = append(rosters, p)
		case p.Open:
			open = append(open, p)
		case p.Closed:
			closed = append(closed, p)
		default:
			plain = append(plain, p)
		}
	}
	if len(plain) == 0 || len(closed) == 0 && size.Closed > 0 || len(open) == 0 && size.Open > 0 {
		return fmt.Errorf("there are %d pupils without a change, %d whose changes ended and %d in a change; each is needed", len(plain), len(closed), len(open))
	}
	if _, err := tx.Exec(ctx, createCopies); err != nil {
		return fmt.Errorf("deal the copies: %w", err)
	}
	parts := []part{
		{rosters, len(rosters) * len(units)},
		{closed, size.Closed},
		{open, size.Open},
		{plain, size.Pupils - size.Closed - size.Open},
	}
	names := []string{"pattern", "n", "unit", "back", "id", "name", "name_key", "birth_date", "id_cipher", "id_hash", "id_masked", "number_cipher", "number_hash", "number_masked"}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"crowd_copy"}, names, pgx.CopyFromFunc(d.rows(parts))); err != nil {
		return fmt.Errorf("deal the copies: %w", err)
	}
	for _, s := range []string{
		`CREATE INDEX ON crowd_copy (pattern)`,
		`ANALYZE crowd_copy`,
		// Pupils of a unit point to its rosters, and their history to the change of the roster.
		`INSERT INTO crowd_id SELECT c.unit, c.pattern, c.id FROM crowd_copy c JOIN crowd_pattern p ON p.id = c.pattern AND p.roster`,
		`INSERT INTO crowd_id SELECT c.unit, b.change_id, pg_temp.copied(b.change_id, c.n, c.back)
			FROM crowd_copy c JOIN crowd_pattern p ON p.id = c.pattern AND p.roster JOIN crowd_change b ON b.pattern = p.id`,
		`ANALYZE crowd_id`,
	} {
		if _, err := tx.Exec(ctx, s); err != nil {
			return fmt.Errorf("deal the copies: %w", err)
		}
	}
	return nil
}

// part is how often patterns of a sort are copied, in turn.
type part struct {
	patterns []pattern
	copies   int
}

// rows gives one copy after the other, and nil at the end.
func (d *dealer) rows(parts []part) func() ([]any, error) {
	i := 0
	return func() ([]any, error) {
		for len(parts) > 0 && i >= parts[0].copies {
			parts, i = parts[1:], 0
		}
		if len(parts) == 0 {
			return nil, nil
		}
		of := parts[0].patterns
		p, u := of[i%len(of)], d.units[i/len(of)%len(d.units)]
		i++
		return d.copyOf(p, u)
	}
}

func (d *dealer) copyOf(p pattern, u unit) ([]any, error) {
	d.n++
	back := d.back(p)
	if p.Roster {
		return []any{p.ID, d.n, u.No, back, d.id(p, back), "", "", nil, nil, nil, "", nil, nil, ""}, nil
	}
	id := d.id(p, back)
	birth, number, err := d.number(p, u.Division)
	if err != nil {
		return nil, err
	}
	temporary, err := ident.ParseStudentNumber(fmt.Sprintf("L%s%s%04d", u.Division, birth.Format("20060102"), d.given[u.Division]/len(days)))
	if err != nil {
		return nil, err
	}
	sealed, err := d.keys.Encrypt("student.id_number/"+id.String(), []byte(number.Reveal()))
	if err != nil {
		return nil, err
	}
	sealedNumber, err := d.keys.Encrypt("student.student_number/"+id.String(), []byte(temporary.Reveal()))
	if err != nil {
		return nil, err
	}
	name := d.name()
	return []any{
		p.ID, d.n, u.No, back, id, name, ident.NameKey(name), birth,
		sealed, d.keys.Hash("identity", ident.IdentityKey("1", "CHN", number.Reveal())), number.String(),
		sealedNumber, d.keys.Hash("student_number", ident.NumberKey(temporary.Reveal())), temporary.String(),
	}, nil
}

// back says how far back a copy lies: whole days, so that hours stay those of offices,
// and some minutes of the day.
func (d *dealer) back(p pattern) time.Duration {
	minutes := time.Duration(d.rng.Int64N(int64(mostOpen))).Truncate(time.Millisecond)
	switch {
	case p.Roster:
		return ofRosters
	case p.Open:
		return minutes
	case p.Recent:
		return minutes + time.Duration(d.rng.IntN(int(mostRecent/day)))*day
	default:
		return minutes + time.Duration(d.rng.IntN(int(mostClosed/day)))*day
	}
}

// id is of version 7, at the time of the pattern's record moved back.
func (d *dealer) id(p pattern, back time.Duration) (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[:], uint64(p.At.Add(-back).UnixMilli())<<16)
	binary.BigEndian.PutUint16(id[6:], 0x7000|uint16(d.rng.UintN(1<<12))) //nolint:gosec // 12 bits
	binary.BigEndian.PutUint64(id[8:], 1<<63|d.rng.Uint64()>>2)
	return id
}
