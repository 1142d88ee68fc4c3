package workbook

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// sharedStrings holds the texts of a workbook in one piece: cells share it, so
// a cell costs no allocation and a roster of 50,000 rows about 20 MB.
type sharedStrings struct {
	all  string
	ends []uint32
}

func (s *sharedStrings) at(i int) (string, bool) {
	if i < 0 || i >= len(s.ends) {
		return "", false
	}
	from := uint32(0)
	if i > 0 {
		from = s.ends[i-1]
	}
	return s.all[from:s.ends[i]], true
}

// readStrings reads plain and rich texts; the pieces of a rich text are joined
// and its phonetic guide (rPh) is not part of the text.
func (b *Book) readStrings(part string) error {
	d, err := b.open(part, b.limits.Strings)
	if err != nil {
		return err
	}
	defer d.Close()
	var all, item strings.Builder
	inText, phonetic := false, 0
	for {
		token, err := d.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "t":
				inText = phonetic == 0
			case "rPh":
				phonetic++
			case "si":
				item.Reset()
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "t":
				inText = false
			case "rPh":
				phonetic--
			case "si":
				all.WriteString(unescape(item.String()))
				if all.Len() > math.MaxUint32 {
					return ErrTooLarge
				}
				b.strings.ends = append(b.strings.ends, uint32(all.Len())) //nolint:gosec // bounded two lines above
			}
		case xml.CharData:
			if inText {
				item.Write(e)
			}
		}
	}
	b.strings.all = all.String()
	return nil
}

// unescape turns _xHHHH_, the format's way to write control characters, back.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		if r, ok := escapeAt(s[i:]); ok {
			out.WriteRune(r)
			i += len("_x0000_")
			continue
		}
		out.WriteByte(s[i])
		i++
	}
	return out.String()
}

func escapeAt(s string) (rune, bool) {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, false
	}
	r := rune(0)
	for _, c := range []byte(s[2:6]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		default:
			return 0, false
		}
	}
	return r, utf8.ValidRune(r)
}
