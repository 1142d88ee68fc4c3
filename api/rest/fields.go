package rest

import "regexp"

// fieldForm is what a name of a field or parameter of this API looks like.
var fieldForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,40}$|^[0-9]{1,6}$`) // never changes
