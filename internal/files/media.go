package files

import (
	"bytes"
	"slices"

	"github.com/xueji/xueji/models/refusal"
)

// MediaType is the type of a file as its content shows it; its name and what
// the sender claims are never asked.
type MediaType string

// The types of evidence: photographs and scans.
const (
	JPEG MediaType = "image/jpeg"
	PNG  MediaType = "image/png"
	PDF  MediaType = "application/pdf"
)

// HeadSize is how many bytes EvidenceType needs to see: the header of a PDF may
// stand anywhere among them (ISO 32000-1, annex H.3 note 13).
const HeadSize = 1024

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
// another office could not open, with the way out: a telephone's HEIC is named
// separately because its sender believes it to be a photograph like any other.
func EvidenceType(head []byte) (MediaType, error) {
	switch {
	case len(head) == 0:
		return "", refusal.New(refusal.EvidenceEmpty).At("/file")
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG, nil
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG, nil
	case heic(head):
		return "", refusal.New(refusal.EvidenceHEIC).At("/file")
	case pdfHeader.Match(head[:min(len(head), HeadSize)]):
		return PDF, nil
	}
	return "", refusal.New(refusal.EvidenceType).At("/file")
}

// heic recognises the HEIF family (ISO/IEC 23008-12): a box "ftyp" that names one
// of its brands, first or among those it is compatible with.
func heic(head []byte) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	end := min(len(head), int(head[2])<<8|int(head[3])) // of the box, which is short
	for at := 8; at+4 <= max(end, 12); at += 4 {
		if at != 12 && slices.Contains(heifBrands(), string(head[at:at+4])) { // at 12 stands a version
			return true
		}
	}
	return false
}

func heifBrands() []string {
	return []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"}
}
