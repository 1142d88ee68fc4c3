package office

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Edit changes name, place and stages of an open office.
func Edit(t *store.Tx, id uuid.UUID, version int64, name, division string, stages []org.Stage) (Organisation, error) {
	if _, err := readOpen(t, id); err != nil {
		return Organisation{}, err
	}
	n, err := t.Exec(`UPDATE organisation SET name = ?, division_code = ?, stages = ?, version = version + 1
		WHERE id = ? AND version = ?`, name, division, store.Words[org.Stage](stages), id, version)
	if err != nil {
		return Organisation{}, fmt.Errorf("change an office: %w", err)
	}
	if n != 1 {
		return Organisation{}, refusal.New(refusal.VersionConflict)
	}
	if err := t.Audit("org.rename", "organisation", id.String(), nil); err != nil {
		return Organisation{}, err
	}
	return Read(t, id)
}

// Reassign puts an office, with everything below it, under another managing
// bureau of the same province. Every row with its path moves in the same transaction; the
// audit trail keeps the old paths.
func Reassign(t *store.Tx, id uuid.UUID, version int64, parent uuid.UUID) (Organisation, error) {
	o, err := readOpen(t, id)
	if err != nil {
		return Organisation{}, err
	}
	p, err := readOpen(t, parent)
	if err != nil {
		return Organisation{}, err
	}
	switch {
	case o.ParentID != nil && *o.ParentID == parent:
		return Organisation{}, refusal.New(refusal.OrgSameParent)
	case !org.MayStandBelow(o.Kind, p.Kind):
		return Organisation{}, refusal.New(refusal.OrgParentKind).At("/parent")
	case o.ProvinceCode != p.ProvinceCode:
		return Organisation{}, refusal.New(refusal.OrgProvince).At("/parent")
	}
	var moved bool
	if err := t.DB().Raw(`SELECT reassign_organisation(?, ?, ?)`, id, version, parent).Scan(&moved).Error; err != nil {
		return Organisation{}, fmt.Errorf("re-assign an office: %w", err)
	}
	if !moved {
		return Organisation{}, refusal.New(refusal.VersionConflict)
	}
	detail := map[string]string{"to": parent.String()}
	if o.ParentID != nil {
		detail["from"] = o.ParentID.String()
	}
	if err := t.Audit("org.reassign", "organisation", id.String(), detail); err != nil {
		return Organisation{}, err
	}
	return Read(t, id)
}

// Close closes an empty office: no open office below it, no student in the
// register, no running change. It also closes the accounts of the office.
func Close(t *store.Tx, id uuid.UUID, version int64) (Organisation, error) {
	o, err := readOpen(t, id)
	if err != nil {
		return Organisation{}, err
	}
	n, err := t.Exec(`UPDATE organisation SET closed_at = ?, version = version + 1 WHERE id = ? AND version = ?`, t.Now(), id, version)
	if err != nil {
		return Organisation{}, fmt.Errorf("close an office: %w", err)
	}
	if n != 1 {
		return Organisation{}, refusal.New(refusal.VersionConflict)
	}
	if err := refuseUnlessEmpty(t, o); err != nil {
		return Organisation{}, err
	}
	if err := closeAccounts(t, id); err != nil {
		return Organisation{}, err
	}
	if err := t.Audit("org.close", "organisation", id.String(), nil); err != nil {
		return Organisation{}, err
	}
	return Read(t, id)
}

// closeAccounts closes the accounts of an office and ends their sessions.
func closeAccounts(t *store.Tx, id uuid.UUID) error {
	_, err := t.Exec(`UPDATE session SET revoked_at = ? WHERE revoked_at IS NULL AND account_id IN (SELECT id FROM account WHERE org_id = ?)`, t.Now(), id)
	if err != nil {
		return fmt.Errorf("end the sessions of an office: %w", err)
	}
	if _, err := t.Exec(`UPDATE account SET closed_at = ?, version = version + 1 WHERE org_id = ? AND closed_at IS NULL`, t.Now(), id); err != nil {
		return fmt.Errorf("close the accounts of an office: %w", err)
	}
	return nil
}

// refuseUnlessEmpty checks that an office is empty, after the office was marked closed in
// this transaction: a transaction that adds something below it now waits for the row.
func refuseUnlessEmpty(t *store.Tx, o Organisation) error {
	var left struct{ Children, Students, Changes int }
	err := t.DB().Raw(`SELECT
		(SELECT count(*) FROM organisation WHERE parent_id = @id AND closed_at IS NULL) AS children,
		(SELECT count(*) FROM student WHERE school_id = @id AND in_register) AS students,
		(SELECT count(*) FROM change c WHERE c.status = 'RUNNING' AND (
			EXISTS (SELECT 1 FROM change_party p WHERE p.change_id = c.id AND p.org_id = @id)
			OR EXISTS (SELECT 1 FROM step s WHERE s.change_id = c.id AND s.status = 'OPEN' AND s.office_id = @id))) AS changes`,
		map[string]any{"id": o.ID}).Take(&left).Error
	if err != nil {
		return fmt.Errorf("look what an office still has: %w", err)
	}
	count := func(code refusal.Code, n int) *refusal.Error {
		if n == 0 {
			return nil
		}
		return refusal.New(code).With("count", strconv.Itoa(n))
	}
	return refusal.Join(count(refusal.OrgHasChildren, left.Children), count(refusal.OrgHasStudents, left.Students), count(refusal.OrgHasChanges, left.Changes))
}

func readOpen(t *store.Tx, id uuid.UUID) (Organisation, error) {
	o, err := Read(t, id)
	if err == nil && o.ClosedAt != nil {
		return Organisation{}, refusal.New(refusal.OrgClosed)
	}
	return o, err
}
