package roster

// Secret says whether an item of the sheet is shown masked and can be revealed: the
// numbers of documents, of the pupil and of the two guardians.
func (f Field) Secret() bool {
	switch f { //nolint:exhaustive // all other items are shown
	case IDNumber, "aux_student_number", "member1_id_number", "member2_id_number": // the names of items, no credentials
		return true
	}
	return false
}

// MayBeKey says whether a province may make an item of the sheet key data (M14) that is not
// part of the identity: any item of the pupil that is neither secret nor said by school and
// class.
func (t *Template) MayBeKey(f Field) bool {
	column := t.Column(f)
	if column == nil || column.Kind == KindHidden || f.Secret() {
		return false
	}
	member, _ := f.Member()
	return member == 0 && column.Guard == FreeItem
}
