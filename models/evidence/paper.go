package evidence

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/store"
)

// Paper (佐证材料) is the register's row for an uploaded image or PDF. The file itself
// lies encrypted in the file store under BlobKey.
type Paper struct {
	ID         uuid.UUID
	OrgID      uuid.UUID
	OrgPath    string
	UploadedBy uuid.UUID
	FileName   string
	MediaType  string
	Size       int64
	SHA256     []byte `gorm:"column:sha256"`
	BlobKey    string
	CreatedAt  time.Time
}

// Add records an uploaded file for the office that uploaded it.
func Add(t *store.Tx, e *Paper) error {
	e.UploadedBy, e.CreatedAt = t.Scope().Account, t.Now()
	_, err := t.Exec(`INSERT INTO evidence (id, org_id, org_path, uploaded_by, file_name, media_type, size, sha256, blob_key, created_at)
		VALUES (?, ?, ?::ltree, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, e.OrgID, e.OrgPath, e.UploadedBy, e.FileName, e.MediaType, e.Size, e.SHA256, e.BlobKey, e.CreatedAt)
	if err != nil {
		return fmt.Errorf("record evidence: %w", err)
	}
	return t.Audit("evidence.upload", "evidence", e.ID.String(), map[string]string{"media_type": e.MediaType, "size": strconv.FormatInt(e.Size, 10)})
}

// Open reads the row of a file, for the office that uploaded it and for the
// parties of its change, and audits the access.
func Open(t *store.Tx, id uuid.UUID) (*Paper, error) {
	var e Paper
	err := t.DB().Raw(`SELECT id, org_id, org_path::text AS org_path, uploaded_by, file_name, media_type, size, sha256, blob_key, created_at
		FROM evidence WHERE id = ?`, id).Take(&e).Error
	if err != nil {
		return nil, store.OrMissing(err, "read evidence")
	}
	if err := t.Audit("evidence.open", "evidence", id.String(), nil); err != nil {
		return nil, err
	}
	return &e, nil
}
