package workbook

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// maxDepth is how deep elements may stand in each other. The parts of a real
// workbook need about twenty.
const maxDepth = 128

// document walks the XML of one part and holds it to being well formed to its
// end. A part that breaks off reads like a shorter one, and the pupils of the
// lost rows would be missing without a word.
type document struct {
	decoder *xml.Decoder
	source  io.Closer
	open    []xml.Name // the elements that have begun and not ended
	ended   bool       // the root has ended
	left    int        // pieces of markup that may still come
}

// Close releases the part. It was only read, so nothing can be lost.
func (d *document) Close() { _ = d.source.Close() }

// depth gives the number of open elements; within the start of the root it is 1.
func (d *document) depth() int { return len(d.open) }

// next gives the next token; io.EOF after the end of a whole document. Errors
// name the limit that was met or the damage.
func (d *document) next() (xml.Token, error) {
	token, err := d.decoder.RawToken()
	switch {
	case errors.Is(err, io.EOF) && d.ended:
		return nil, io.EOF
	case errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%w: the XML breaks off", ErrNotWorkbook)
	case err != nil:
		return nil, malformed(err)
	}
	text, isText := token.(xml.CharData)
	if isText {
		return token, d.text(text)
	}
	if d.left--; d.left < 0 {
		return nil, fmt.Errorf("%w: too many elements", ErrTooLarge)
	}
	switch e := token.(type) {
	case xml.StartElement:
		return token, d.begin(e.Name)
	case xml.EndElement:
		return token, d.end(e.Name)
	case xml.Directive: // the format forbids document type declarations (ISO/IEC 29500-2)
		return nil, fmt.Errorf("%w: a document type declaration", ErrNotWorkbook)
	}
	return token, nil
}

func (d *document) begin(name xml.Name) error {
	if d.ended {
		return fmt.Errorf("%w: a second root", ErrNotWorkbook)
	}
	if len(d.open) == maxDepth {
		return fmt.Errorf("%w: elements stand too deep in each other", ErrNotWorkbook)
	}
	d.open = append(d.open, name)
	return nil
}

func (d *document) end(name xml.Name) error {
	last := len(d.open) - 1
	if last < 0 || d.open[last] != name {
		return fmt.Errorf("%w: an element ends that is not open", ErrNotWorkbook)
	}
	d.open = d.open[:last]
	d.ended = last == 0
	return nil
}

// text allows nothing but space around the root; a byte order mark may stand before it.
func (d *document) text(text xml.CharData) error {
	if len(d.open) > 0 {
		return nil
	}
	if !d.ended {
		text = bytes.TrimPrefix(text, []byte("\ufeff"))
	}
	if len(bytes.TrimSpace(text)) > 0 {
		return fmt.Errorf("%w: text outside the root", ErrNotWorkbook)
	}
	return nil
}
