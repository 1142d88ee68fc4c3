package org

import "slices"

// rank orders the bureaus from the top; a school has none.
func rank(k Kind) int { return slices.Index([]Kind{Nation, Province, City, County}, k) }

// MayStandBelow says whether an office of this kind may have that kind as its
// superior or managing bureau: a school below a county, city or province; a
// bureau below one of a higher level. A county may stand directly below its
// province (municipalities, directly administered counties).
func MayStandBelow(kind, parent Kind) bool {
	if kind == School {
		return rank(parent) >= rank(Province)
	}
	return rank(kind) > rank(Nation) && rank(parent) >= 0 && rank(parent) < rank(kind) && (parent != Nation || kind == Province)
}
