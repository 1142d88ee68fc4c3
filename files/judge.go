package files

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"regexp"

	"github.com/xueji/xueji/models/problem"
)

// The largest picture that is taken: beyond it, a small file could fill the
// memory of whoever opens it. A scan of A3 at 600 dpi has half as many pixels.
const (
	maxSide   = 30_000
	maxPixels = 150_000_000
)

// pdfTail is how much of a PDF's end is searched for its end mark; readers of
// PDF do the same (ISO 32000-1, annex H.3 note 18).
const pdfTail = 1024

// JudgeEvidence judges a whole file of evidence: its type as EvidenceType sees
// it, and that it can be opened at all, so that a reviewer at another office
// does not find out a week later that the upload broke off.
func JudgeEvidence(content []byte) (MediaType, error) {
	kind, err := EvidenceType(content[:min(len(content), HeadSize)])
	if err != nil {
		return "", err
	}
	sound := false
	switch kind {
	case JPEG:
		sound = pictured(jpeg.DecodeConfig(bytes.NewReader(content)))
	case PNG:
		sound = pictured(png.DecodeConfig(bytes.NewReader(content)))
	case PDF:
		tail := content[max(0, len(content)-pdfTail):]
		sound = pdfHeader.Match(content) && bytes.Contains(tail, []byte("%%EOF"))
	}
	if !sound {
		return "", problem.New(problem.EvidenceBroken).At("/file")
	}
	return kind, nil
}

var pdfHeader = regexp.MustCompile(`^%PDF-[12]\.[0-9]`) // never changes

// pictured says whether a picture's header could be read and its size is sane.
func pictured(c image.Config, err error) bool {
	return err == nil && c.Width > 0 && c.Height > 0 && c.Width <= maxSide && c.Height <= maxSide && c.Width*c.Height <= maxPixels
}
