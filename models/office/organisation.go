package office

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// Organisation is one office of the tree: a bureau or a school.
type Organisation struct {
	ID           uuid.UUID
	ParentID     *uuid.UUID
	Path         string
	Kind         org.Kind
	Code         string
	Name         string
	DivisionCode string
	ProvinceCode string
	Stages       store.Words[org.Stage]
	ClosedAt     *time.Time
	CreatedAt    time.Time
	Version      int64
	HasChildren  bool `gorm:"->"`
}

const organisationColumns = `o.id, o.parent_id, o.path::text AS path, o.kind, o.code, o.name, o.division_code, o.province_code,
	o.stages, o.closed_at, o.created_at, o.version,
	EXISTS (SELECT 1 FROM organisation k WHERE k.parent_id = o.id) AS has_children`

// Read reads one office. Everybody may read the directory (P3).
func Read(t *store.Tx, id uuid.UUID) (Organisation, error) {
	list, err := readWhere(t, `WHERE o.id = ?`, id)
	if err != nil {
		return Organisation{}, err
	}
	if len(list) == 0 {
		return Organisation{}, refusal.New(refusal.NotFound)
	}
	return list[0], nil
}

// Key is the sort key of a page of offices.
type Key struct {
	Code string    `json:"c"`
	ID   uuid.UUID `json:"i"`
}

// Children lists the open offices directly below an office, by code.
func Children(t *store.Tx, parent uuid.UUID, after *Key, limit int) ([]Organisation, error) {
	if after == nil {
		return readWhere(t, `WHERE o.parent_id = ? AND o.closed_at IS NULL ORDER BY o.code, o.id LIMIT ?`, parent, limit)
	}
	return readWhere(t, `WHERE o.parent_id = ? AND o.closed_at IS NULL AND (o.code, o.id) > (?, ?) ORDER BY o.code, o.id LIMIT ?`,
		parent, after.Code, after.ID, limit)
}

// Superiors lists the offices above an office, the nation first.
func Superiors(t *store.Tx, path string) ([]Organisation, error) {
	var above []string
	for i, r := range path {
		if r == '.' {
			above = append(above, path[:i])
		}
	}
	if len(above) == 0 {
		return nil, nil
	}
	return readWhere(t, `WHERE o.path::text IN ? AND o.path = ANY (?::ltree[]) ORDER BY nlevel(o.path)`, above, store.PathArray(above))
}

// Search finds open offices below a path whose name begins with the text, or
// whose code is the text; in the order of names.
func Search(t *store.Tx, text, below string, kind org.Kind, after *Key, limit int) ([]Organisation, error) {
	where := []string{`o.closed_at IS NULL`}
	var args []any
	if onlyDigits(text) {
		where, args = append(where, `o.code = ?`), append(args, text)
	} else {
		// ^@ and ~>=~ walk the text_pattern_ops index; no wildcard of the caller has a meaning.
		where, args = append(where, `o.name ^@ ?`), append(args, text)
	}
	if below != "" {
		where, args = append(where, `o.path <@ ?::ltree`), append(args, below)
	}
	if kind != "" {
		where, args = append(where, `o.kind = ?`), append(args, kind)
	}
	if after != nil {
		where, args = append(where, `(o.name, o.id) > (?, ?)`), append(args, after.Code, after.ID)
	}
	return readWhere(t, `WHERE `+strings.Join(where, " AND ")+` ORDER BY o.name, o.id LIMIT ?`, append(args, limit)...)
}

func readWhere(t *store.Tx, where string, args ...any) ([]Organisation, error) {
	var list []Organisation
	if err := t.DB().Raw(`SELECT `+organisationColumns+` FROM organisation o `+where, args...).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("read offices: %w", err)
	}
	return list, nil
}

// NewOrganisation is the request of an administrator to create an office.
type NewOrganisation struct {
	Parent   uuid.UUID
	Kind     org.Kind
	Code     string // school code of a school, division code of a bureau
	Name     string
	Division string // the division in which the office lies
	Stages   []org.Stage
}

// Create adds an office below its managing or superior bureau. The
// caller has checked code, division and stages.
func Create(t *store.Tx, n NewOrganisation) (Organisation, error) {
	parent, err := lockParent(t, n.Parent)
	if err != nil {
		return Organisation{}, err
	}
	if !org.MayStandBelow(n.Kind, parent.Kind) {
		return Organisation{}, refusal.New(refusal.OrgParentKind).At("/parent")
	}
	province := parent.ProvinceCode
	if n.Kind == org.Province {
		province = n.Code
	}
	if province != n.Division[:2]+"0000" {
		return Organisation{}, refusal.New(refusal.OrgDivision).At("/division_code").With("code", n.Division)
	}
	label, err := org.Label(n.Kind, n.Code)
	if err != nil {
		return Organisation{}, fmt.Errorf("label of an office: %w", err)
	}
	id := store.NewID()
	err = t.DB().Create(&Organisation{ID: id, ParentID: &n.Parent, Path: parent.Path + "." + label, Kind: n.Kind, Code: n.Code, Name: n.Name,
		DivisionCode: n.Division, ProvinceCode: province, Stages: n.Stages, CreatedAt: t.Now(), Version: 1}).Error
	if store.Violates(err) != "" {
		return Organisation{}, refusal.New(refusal.OrgCodeTaken).At("/code").With("code", n.Code)
	}
	if err != nil {
		return Organisation{}, fmt.Errorf("create an office: %w", err)
	}
	if err := t.Audit("org.create", "organisation", id.String(), map[string]string{"code": n.Code, "parent": n.Parent.String()}); err != nil {
		return Organisation{}, err
	}
	return Read(t, id)
}

// lockParent keeps a bureau open until the transaction ends, while an office is added
// below it.
func lockParent(t *store.Tx, id uuid.UUID) (Organisation, error) {
	var row struct{ ClosedAt *time.Time }
	err := t.DB().Raw(`SELECT closed_at FROM organisation WHERE id = ? FOR SHARE`, id).Take(&row).Error
	if err != nil {
		return Organisation{}, store.OrMissing(err, "read the superior bureau")
	}
	if row.ClosedAt != nil {
		return Organisation{}, refusal.New(refusal.OrgClosed)
	}
	return Read(t, id)
}

func onlyDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
