package org

import (
	"strings"
)

// SuperiorPath returns the path of the office above, "" at the root.
func SuperiorPath(path string) string {
	i := strings.LastIndexByte(path, '.')
	if i < 0 {
		return ""
	}
	return path[:i]
}
