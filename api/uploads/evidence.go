package uploads

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/evidence"
	"github.com/xueji/xueji/models/refusal"
)

// defaultEvidenceLimit is how large one image or PDF may be unless Deps says otherwise.
const defaultEvidenceLimit = 10 << 20

// Evidence is an uploaded image or PDF (佐证材料).
type Evidence struct {
	ID        uuid.UUID       `json:"id"`
	FileName  string          `json:"file_name"`
	MediaType files.MediaType `json:"media_type" enum:"image/jpeg,image/png,application/pdf" doc:"Judged by the content."`
	Size      int64           `json:"size"`
	SHA256    string          `json:"sha256" doc:"Of the file as it was uploaded, in hex."`
	CreatedAt time.Time       `json:"created_at"`
}

func (s *server) evidenceLimit() int64 {
	if s.EvidenceLimit > 0 {
		return s.EvidenceLimit
	}
	return defaultEvidenceLimit
}

func (s *server) evidenceRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "upload-evidence", Method: http.MethodPost, Path: "/v1/evidence", Action: authz.EvidenceUpload, Tag: "evidence",
		Status: http.StatusCreated, MaxBody: s.evidenceLimit() + rest.UploadOverhead, Timeout: 2 * time.Minute,
		Summary: "Upload evidence (上传佐证材料)",
		Detail:  "One JPEG, PNG or PDF in the part \"file\", judged by its content. It is stored encrypted; file a change with the ID.",
	}, s.uploadEvidence)
	s.rest.DescribeUpload("/v1/evidence", "JPEG, PNG or PDF.")
	rest.Register(s.rest, rest.Operation{
		ID: "open-evidence", Method: http.MethodGet, Path: "/v1/evidence/{id}/content", Action: authz.EvidenceRead, Tag: "evidence",
		Summary: "The file of a piece of evidence (查看佐证材料)",
		Detail:  "For the office that uploaded it and for the parties of the change it belongs to. Looking at it is audited. With view=inline the own pages may show it in place; else it is a file to be saved.",
	}, s.openEvidence)
	s.rest.DescribeDownload("/v1/evidence/{id}/content", string(files.JPEG), string(files.PNG), string(files.PDF))
}

func (s *server) uploadEvidence(ctx context.Context, in *rest.UploadInput) (*rest.Body[Evidence], error) {
	file, err := in.File(s.evidenceLimit())
	if err != nil {
		return nil, err
	}
	kind, err := s.Papers.Evidence(ctx, file.Content)
	if err != nil {
		return nil, err
	}
	id := uuid.Must(uuid.NewV7())
	size, sum, err := s.Files.Put(ctx, files.Evidence, id.String(), bytes.NewReader(file.Content), s.evidenceLimit())
	if err != nil {
		return nil, err
	}
	office := rest.PrincipalOf(ctx).Office
	e := &evidence.Paper{ID: id, OrgID: office.ID, OrgPath: office.Path, FileName: file.Name, MediaType: string(kind),
		Size: size, SHA256: sum, BlobKey: id.String()}
	if err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error { return evidence.Add(tx.Tx, e) }); err != nil {
		// The file without its row would be a file nobody can find.
		return nil, errors.Join(err, s.Files.Delete(context.WithoutCancel(ctx), files.Evidence, id.String()))
	}
	return rest.BodyOf(Evidence{ID: id, FileName: e.FileName, MediaType: kind, Size: size, SHA256: hex.EncodeToString(sum), CreatedAt: e.CreatedAt}), nil
}

type openInput struct {
	rest.PathID
	View string `query:"view" enum:"inline" doc:"inline: to be seen inside a page of this system."`
}

func (s *server) openEvidence(ctx context.Context, in *openInput) (*rest.Download, error) {
	var e *evidence.Paper
	// The parties of a change may be outside each other's subtree, so the
	// database alone decides who sees the row.
	err := s.Store.InScope(ctx, rest.ScopeOf(ctx), func(tx *change.Tx) error {
		var err error
		e, err = evidence.Open(tx.Tx, in.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	content, err := s.Files.ReadAll(ctx, files.Evidence, e.BlobKey)
	if errors.Is(err, files.ErrMissing) {
		return nil, refusal.New(refusal.EvidenceGone).Because(err)
	}
	if err != nil {
		return nil, err
	}
	name := "evidence-" + e.ID.String() + files.MediaType(e.MediaType).Extension()
	if in.View == "inline" {
		return rest.Seen(e.MediaType, name, content), nil
	}
	return rest.Attachment(e.MediaType, name, content), nil
}
