// Package keydata changes the items of a record that a province protects as key data
// (关键数据变更): name, identity number, sex, birth date and what the province adds.
//
// It owns the requested values beside those of the record, the search for another holder
// of a number, the question whether a number is masked or in the clear to a reader, and
// what is asked of the identity check. It gives the engine the Work of KEY_DATA_CHANGE.
//
// It does not own the question to the population database (internal/identity; an activity
// asks), the check of one item (package roster), the keys of the secrets (package store),
// or the record and its writer (package student).
//
// Tables: none of its own; the requested values lie in change_value of package change,
// numbers encrypted.
//
// Laws and rules it keeps:
//   - law 6: old and new values stay in PostgreSQL; a workflow learns a code;
//   - law 4: a failed check is a result that ends the change, no failure of a workflow;
//   - law 10: a number held elsewhere is told as taken, and nothing of its holder;
//   - KT70, W10, R10, M14; P30: a G number keeps the identity number of its day; D10.
package keydata
