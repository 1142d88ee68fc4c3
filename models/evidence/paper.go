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

// TableName names the table of the papers.
func (Paper) TableName() string { return "evidence" }

// Add records an uploaded file for the office that uploaded it.
func Add(t *store.Tx, e *Paper) error {
	e.UploadedBy, e.CreatedAt = t.Scope().Account, t.Now()
	if err := t.DB().Create(e).Error; err != nil {
		return fmt.Errorf("record evidence: %w", err)
	}
	return t.Audit("evidence.upload", "evidence", e.ID.String(), map[string]string{"media_type": e.MediaType, "size": strconv.FormatInt(e.Size, 10)})
}

// FileNames reads the names of attached files that the acting account may see. It opens none.
func FileNames(t *store.Tx, refs []Ref) (map[uuid.UUID]string, error) {
	names := make(map[uuid.UUID]string, len(refs))
	if len(refs) == 0 {
		return names, nil
	}
	ids := make([]uuid.UUID, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID
	}
	var rows []Paper
	if err := t.DB().Select("id", "file_name").Find(&rows, "id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("read the names of papers: %w", err)
	}
	for _, row := range rows {
		names[row.ID] = row.FileName
	}
	return names, nil
}

// Open reads the row of a file, for the office that uploaded it and for the
// parties of its change, and audits the access.
func Open(t *store.Tx, id uuid.UUID) (*Paper, error) {
	var e Paper
	if err := t.DB().Take(&e, "id = ?", id).Error; err != nil {
		return nil, store.OrMissing(err, "read evidence")
	}
	if err := t.Audit("evidence.open", "evidence", id.String(), nil); err != nil {
		return nil, err
	}
	return &e, nil
}
