package rest

import (
	"strconv"
	"strings"

	"github.com/xueji/xueji/models/refusal"
)

// IfMatch is part of the input of every edit: the ETag of what was read, so that
// nobody overwrites what somebody else has changed meanwhile.
type IfMatch struct {
	IfMatch string `header:"If-Match" doc:"ETag of the record as it was read." example:"\"3\""`
}

// Version gives the version the caller read.
func (i IfMatch) Version() (int64, error) {
	if i.IfMatch == "" {
		return 0, refusal.New(refusal.IfMatchMissing)
	}
	text := strings.Trim(strings.TrimPrefix(i.IfMatch, "W/"), `"`)
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil || version < 1 {
		return 0, refusal.New(refusal.IfMatchMalformed)
	}
	return version, nil
}

// ETag writes a version for the ETag header.
func ETag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }
