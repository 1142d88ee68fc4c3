package rest

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// repeatedIn finds the first name that stands twice in one object of a body that is
// JSON: its place. encoding/json keeps the last value and says nothing, so what the
// person meant by the first one would be lost (RFC 8259 section 4, names within an
// object should be unique).
func repeatedIn(text []byte) (string, bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // a number may be too large to be read
	return repeatedAt(decoder, "")
}

// repeatedAt looks through the next value.
func repeatedAt(decoder *json.Decoder, pointer string) (string, bool) {
	token, err := decoder.Token()
	if err != nil {
		return "", false
	}
	switch token {
	case json.Delim('['):
		for i := 0; decoder.More(); i++ {
			if at, found := repeatedAt(decoder, pointer+"/"+strconv.Itoa(i)); found {
				return at, true
			}
		}
	case json.Delim('{'):
		seen := map[string]bool{}
		for decoder.More() {
			token, err := decoder.Token()
			name, isName := token.(string)
			if err != nil || !isName {
				return "", false
			}
			at := pointer + "/" + PlainField(name)
			if seen[name] {
				return at, true
			}
			seen[name] = true
			if at, found := repeatedAt(decoder, at); found {
				return at, true
			}
		}
	default:
		return "", false
	}
	_, _ = decoder.Token() // the end of the list or object, which is there: the body was read before
	return "", false
}
