package files

import (
	"bytes"

	"github.com/xueji/xueji/models/problem"
)

// MediaType is the type of a file as its first bytes show it; its name and what
// the sender claims are never asked.
type MediaType string

// The types of evidence: photographs and scans.
const (
	JPEG MediaType = "image/jpeg"
	PNG  MediaType = "image/png"
	PDF  MediaType = "application/pdf"
)

// HeadSize is how many bytes EvidenceType needs to see.
const HeadSize = 16

// Extension gives the ending of a file name of this type.
func (m MediaType) Extension() string {
	switch m {
	case JPEG:
		return ".jpg"
	case PNG:
		return ".png"
	case PDF:
		return ".pdf"
	}
	return ".bin"
}

// EvidenceType judges a file by its first bytes and refuses what a reviewer at
// another office could not open, with the way out: an iPhone's HEIC is named
// separately because its sender believes it to be a photograph like any other.
func EvidenceType(head []byte) (MediaType, error) {
	switch {
	case len(head) == 0:
		return "", problem.New(problem.EvidenceEmpty).At("/file")
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG, nil
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, nil
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return PDF, nil
	case heic(head):
		return "", problem.New(problem.EvidenceHEIC).At("/file")
	}
	return "", problem.New(problem.EvidenceType).At("/file")
}

// heic recognises the HEIF family (ISO/IEC 23008-12): a box "ftyp" with one of its brands.
func heic(head []byte) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	switch string(head[8:12]) {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif":
		return true
	}
	return false
}
