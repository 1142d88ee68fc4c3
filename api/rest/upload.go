package rest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"github.com/xueji/xueji/internal/files"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/typed"
)

// UploadOverhead is what the frame of a multipart body may add to its file.
const UploadOverhead = 64 << 10

// UploadInput is a multipart body, whole and in memory: what people upload must
// not lie unencrypted in a temporary file, not even for the time of a request.
// The operation's MaxBody bounds it.
type UploadInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"multipart/form-data"`
}

// File is the part named "file".
type File struct {
	Name    string
	Content []byte
}

// File takes the one file out of the body.
func (in *UploadInput) File(limit int64) (*File, error) {
	media, params, err := mime.ParseMediaType(in.ContentType)
	if err != nil || media != "multipart/form-data" || params["boundary"] == "" {
		return nil, refusal.New(refusal.MediaType).With("expected", "multipart/form-data")
	}
	form := multipart.NewReader(bytes.NewReader(in.RawBody), params["boundary"])
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, refusal.New(refusal.Required).At("/file").With("field", "file")
		}
		if err != nil {
			return nil, refusal.New(refusal.UploadMalformed).At("/file").Because(err)
		}
		if part.FormName() != "file" {
			continue
		}
		content, err := io.ReadAll(io.LimitReader(part, limit+1))
		if err != nil {
			return nil, refusal.New(refusal.UploadMalformed).At("/file").Because(err)
		}
		if int64(len(content)) > limit {
			return nil, refusal.New(refusal.BodyTooLarge).At("/file").With("max", files.Readable(limit))
		}
		if typed.Garbled(part.FileName()) {
			return nil, refusal.New(refusal.UploadMalformed).At("/file")
		}
		return &File{Name: plainName(part.FileName()), Content: content}, nil
	}
}

// longNumber is what may be the number of a document or a telephone.
var longNumber = regexp.MustCompile(`[0-9]{7,}[Xx]?`) // never changes

// plainName keeps of a sender's file name what can do no harm where it is shown:
// scans are often named by the number of the card they show.
func plainName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(`/:*?"<>|`, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name)
	name = longNumber.ReplaceAllStringFunc(name, ident.MaskDocument)
	runes := []rune(strings.TrimSpace(name))
	if len(runes) > 120 {
		runes = runes[len(runes)-120:] // the end tells the kind of file
	}
	if s := string(runes); !typed.Blank(s) && s != "." {
		return s
	}
	return "file"
}

// DescribeUpload says in the API description what the body of an upload holds.
func (s *Server) DescribeUpload(path, doc string) {
	item := s.huma.OpenAPI().Paths[path]
	item.Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {
		Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"file": {Type: huma.TypeString, Format: "binary", Description: doc},
		}},
	}}}
}
