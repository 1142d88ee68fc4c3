// Package student keeps the records (学籍): one per pupil, with everything that belongs
// to it.
//
// It owns the record and its facets, its one writer, its one typed history, the search,
// the family members, punishments (处分) and suspensions (休学), and the list of what
// follows a record to another school. Every other package that changes a record does it
// through the writer here, so that each change leaves one entry of history, before and
// after, with its day and its change.
//
// It does not own what a change may do to a record: package status judges that without a
// database. It does not own the approval (package change), the way in (package
// registration), the way to another school (package transfer), or problems (package
// problem).
//
// Tables: student, guardian, punishment, suspension, student_history.
//
// Laws and rules it keeps:
//   - law 2: a person edits items that are no key data, whose columns are granted one by
//     one; everything else is written under the role of the worker;
//   - law 5: the slot of a pupil is held by package change; the writer locks the record;
//   - law 6: numbers are encrypted, found by keyed hash and shown masked;
//   - law 10: the row of a record carries the path of its school;
//   - domain 3.1, 3.2: facets, not one status; P48, P51: edits; R1 Art. 5: one record for
//     one person, one number for life.
package student
