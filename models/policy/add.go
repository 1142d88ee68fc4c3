package policy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/store"
)

// CheckFile returns all faults of a policy in a file.
func CheckFile(known *process.Catalogue, text []byte) error {
	_, faults := findFaults(known, text)
	list := make([]error, len(faults))
	for i, f := range faults {
		list[i] = f
	}
	return errors.Join(list...)
}

// AddAsOwner adds a version of a province's policy from YAML or JSON that holds only the
// differences from the default, and returns its number. The whole policy is checked
// before it is stored. It counts from the given day for changes filed then, and never for
// a running change. It runs as the owner of the schema.
func AddAsOwner(ctx context.Context, ownerDSN, province string, from calendar.Date, text []byte, known *process.Catalogue, now time.Time) (int, error) {
	if err := CheckFile(known, text); err != nil {
		return 0, err
	}
	if today := calendar.DateOf(now); from.Before(today) {
		return 0, fmt.Errorf("the first day, %s, lies before today, %s: the version might never count; give today or a later day", from, today)
	}
	stored, err := toJSON(text)
	if err != nil {
		return 0, err
	}
	conn, err := pgx.Connect(ctx, ownerDSN)
	if err != nil {
		return 0, fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var version int
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Two calls at once take turns, so that versions have no gap.
		if _, err := tx.Exec(ctx, `LOCK TABLE policy IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("store the policy: %w", err)
		}
		err := tx.QueryRow(ctx, `INSERT INTO policy (province_code, version, valid_from, body, created_at)
			SELECT o.code, coalesce((SELECT max(version) FROM policy p WHERE p.province_code = o.code), 0) + 1, $2, $3, $4
			FROM organisation o WHERE o.kind = $5 AND o.code = $1 RETURNING version`, province, from, stored, now, string(org.Province)).Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			return noProvince(province)
		}
		if err != nil {
			return fmt.Errorf("store the policy of province %s: %w", province, err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO audit_entry (id, partition, at, office_path, action, subject_kind, subject_id, detail)
			SELECT $1, $2, $3, path, 'policy.add', 'policy', $4, '{"by": "command line"}' FROM organisation WHERE kind = $6 AND code = $5`,
			store.NewID(), province+"/"+now.Format("2006-01"), now, fmt.Sprintf("%s/%d", province, version), province, string(org.Province))
		if err != nil {
			return fmt.Errorf("store the policy: %w", err)
		}
		return nil
	})
	return version, err
}

func noProvince(code string) error {
	return fmt.Errorf("there is no province %s: give its six digits, such as 520000", code)
}

// OfProvince returns the policy in force in a province on a day, and the numbers of
// its running changes by the versions they keep. It runs as the owner of the schema.
func OfProvince(ctx context.Context, owner *pgx.Conn, known *process.Catalogue, province string, day calendar.Date) (process.Policy, []Use, error) {
	var version *int // none: the built-in policy
	var body *string
	policy := known.Default()
	err := owner.QueryRow(ctx, `SELECT p.version, p.body::text FROM organisation o LEFT JOIN LATERAL (
			SELECT version, body FROM policy WHERE province_code = o.code AND valid_from <= $2 ORDER BY valid_from DESC, version DESC LIMIT 1) p ON true
		WHERE o.kind = $3 AND o.code = $1`, province, day, string(org.Province)).Scan(&version, &body)
	if errors.Is(err, pgx.ErrNoRows) {
		return policy, nil, noProvince(province)
	}
	if err != nil {
		return policy, nil, fmt.Errorf("read the policy: %w", err)
	}
	if version != nil {
		if policy, err = known.Overlay(*version, []byte(*body)); err != nil {
			return policy, nil, fmt.Errorf("province %s: %w", province, err)
		}
	}
	rows, err := owner.Query(ctx, `SELECT kind, policy_version, definition_version, count(*) FROM change
		WHERE province_code = $1 AND status = 'RUNNING' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, province)
	if err != nil {
		return policy, nil, fmt.Errorf("count running changes: %w", err)
	}
	use, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Use])
	if err != nil {
		return policy, nil, fmt.Errorf("count running changes: %w", err)
	}
	return policy, use, nil
}
