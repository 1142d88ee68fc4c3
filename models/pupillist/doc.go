// Package pupillist does what every case of a list of pupils does with its lines: it takes
// their slots, strikes single lines with a reason or with the code of a refusal, frees what
// was struck, and finds the pupils whom other business holds.
//
// It owns the verdicts of a line and the sentences about lines. The lines stand in a table
// of each subject; Lines names that table. The columns that this package reads and writes
// are the same in all of them: change_id, line_no, student_id, verdict, code, params,
// reason, settled_by and settled_at.
//
// It does not own what a line is about (a class, a conclusion, a school), nor what the last
// decision does to a record: the subject knows that.
//
// Tables: none of its own.
//
// Laws and rules it keeps:
//   - law 5: a line holds the slot of its pupil while it waits, and frees it when it is struck;
//   - law 9: every refusal names its line.
package pupillist
