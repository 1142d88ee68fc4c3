package rest

import (
	"mime"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// The types of the sheets that are downloaded.
const (
	XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	CSV  = "text/csv; charset=utf-8"
)

// Download is a file as an answer: never shown by the browser, never guessed at.
type Download struct {
	Status      int
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	NoSniff     string `header:"X-Content-Type-Options"`
	Body        []byte
}

// Attachment is a file to be saved under a name.
func Attachment(contentType, name string, content []byte) *Download {
	return &Download{Status: http.StatusOK, ContentType: contentType, NoSniff: "nosniff",
		Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": name}), Body: content}
}

// DescribeDownload says in the API description of which types the file may be that
// an operation answers.
func (s *Server) DescribeDownload(path string, types ...string) {
	answer := s.huma.OpenAPI().Paths[path].Get.Responses[strconv.Itoa(http.StatusOK)]
	answer.Description = "The file; its name stands in Content-Disposition."
	answer.Content = map[string]*huma.MediaType{}
	for _, t := range types {
		answer.Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	}
}
