package files

import (
	"context"

	"github.com/xueji/xueji/models/refusal"
)

// The largest picture that is taken: beyond it, a small file could fill the
// memory of the person's machine who opens it. A scan of A3 at 600 dpi has half as
// many pixels.
const (
	maxSide   = 30_000
	maxPixels = 150_000_000
)

// Judge judges whole files of evidence. It is safe for concurrent use.
type Judge struct {
	// reading bounds how many files are unpacked at once.
	reading chan struct{}
	// heavy lets only one of them be a large PDF.
	heavy chan struct{}
}

// readAtOnce is how many files a Judge unpacks at the same time.
const readAtOnce = 2

// NewJudge gives a Judge.
func NewJudge() *Judge {
	withoutConfiguration()
	return &Judge{reading: make(chan struct{}, readAtOnce), heavy: make(chan struct{}, 1)}
}

// Evidence judges a whole file of evidence: its type as EvidenceType sees it, and
// that it can be opened, by walking the format to its end. A reviewer at another
// office must not find out a week later that the upload broke off, or that the file
// asks for a password.
func (j *Judge) Evidence(ctx context.Context, content []byte) (MediaType, error) {
	kind, err := EvidenceType(content[:min(len(content), HeadSize)])
	if err != nil {
		return "", err
	}
	if err := wait(ctx, j.reading); err != nil {
		return "", err
	}
	defer func() { <-j.reading }()
	switch kind {
	case JPEG:
		err = walkJPEG(ctx, content)
	case PNG:
		err = walkPNG(ctx, content)
	case PDF:
		err = j.readPDF(ctx, content)
	}
	if err != nil {
		return "", err
	}
	return kind, nil
}

// broken refuses a file that does not go on to its end; at tells where, in both languages.
func broken(zh, en string) *refusal.Error {
	return refusal.New(refusal.EvidenceBroken).At("/file").WithText("why", zh, en)
}

// sane refuses a picture whose sides are none or too long.
func sane(width, height int) error {
	switch {
	case width <= 0 || height <= 0:
		return broken("图片没有尺寸", "the picture has no size")
	case width > maxSide || height > maxSide || width*height > maxPixels:
		return refusal.New(refusal.EvidenceTooLarge).At("/file")
	}
	return nil
}
