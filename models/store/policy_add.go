package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gopkg.in/yaml.v3"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
)

// AddPolicy adds a version of a province's policy: YAML or JSON that holds only
// what differs from the default. It is checked as a whole before it is stored,
// counts from the given day for changes filed then, and reaches no change that
// is running. It gives the version. It runs as the owner of the schema.
func AddPolicy(ctx context.Context, ownerDSN, province string, from calendar.Date, text []byte, known *process.Catalogue, now time.Time) (int, error) {
	policy, err := known.Overlay(1, text)
	if err != nil {
		return 0, err
	}
	if err := errors.Join(known.TermsFault(policy), KeyFieldsFault(policy)); err != nil {
		return 0, err
	}
	var body any
	if err := yaml.Unmarshal(text, &body); err != nil {
		return 0, fmt.Errorf("read the policy: %w", err)
	}
	stored, err := json.Marshal(body)
	if err != nil {
		return 0, fmt.Errorf("store the policy: %w", err)
	}
	conn, err := pgx.Connect(ctx, ownerDSN)
	if err != nil {
		return 0, fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var version int
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Two at once take turns, so that versions count up without a gap.
		if _, err := tx.Exec(ctx, `LOCK TABLE policy IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return fmt.Errorf("store the policy: %w", err)
		}
		err := tx.QueryRow(ctx, `INSERT INTO policy (province_code, version, valid_from, body, created_at)
			SELECT o.code, coalesce((SELECT max(version) FROM policy p WHERE p.province_code = o.code), 0) + 1, $2, $3, $4
			FROM organisation o WHERE o.kind = 'PROVINCE' AND o.code = $1 RETURNING version`, province, from, string(stored), now).Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("there is no province %s: give its six digits, such as 520000", province)
		}
		if err != nil {
			return fmt.Errorf("store the policy of province %s: %w", province, err)
		}
		_, err = tx.Exec(ctx, `INSERT INTO audit_entry (id, partition, at, office_path, action, subject_kind, subject_id, detail)
			SELECT $1, $2, $3, path, 'policy.add', 'policy', $4, '{"by": "command line"}' FROM organisation WHERE kind = 'PROVINCE' AND code = $5`,
			newID(), province+"/"+now.Format("2006-01"), now, fmt.Sprintf("%s/%d", province, version), province)
		if err != nil {
			return fmt.Errorf("store the policy: %w", err)
		}
		return nil
	})
	return version, err
}
