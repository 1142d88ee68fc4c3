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

// Download is a file as an answer, which a browser never guesses at: to be saved, or to be
// seen inside the page that asked for it.
type Download struct {
	Status      int
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	NoSniff     string `header:"X-Content-Type-Options"`
	// Policy and Framing let the own pages show the file; empty: nothing shows it.
	Policy  string `header:"Content-Security-Policy"`
	Framing string `header:"X-Frame-Options"`
	Body    []byte
}

// What a file that is seen may do: nothing, and only the own pages frame it. The viewer of
// a PDF is a plug-in of the browser, which does not run in a sandbox of the page.
const (
	pictureSeen = "default-src 'none'; frame-ancestors 'self'; sandbox"
	pdfSeen     = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
)

// Seen is a file that the own pages may show. Of other types than pictures and PDF it is
// an attachment: what could run as a page is never shown.
func Seen(contentType, name string, content []byte) *Download {
	d := Attachment(contentType, name, content)
	switch contentType {
	case "image/jpeg", "image/png":
		d.Policy = pictureSeen
	case "application/pdf":
		d.Policy = pdfSeen
	default:
		return d
	}
	d.Framing, d.Disposition = "SAMEORIGIN", mime.FormatMediaType("inline", map[string]string{"filename": name})
	return d
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
