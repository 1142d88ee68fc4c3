// Package placing gives pupils classes of their own school: the first one (分班, KT25) and
// another one of the same year group (调班, P52).
//
// It owns the lists of both kinds with their lines, the sheet by which a school names many
// pupils at once, and the proposal that spreads pupils evenly over the classes of a year
// group. A proposal writes nothing: a person changes it and files it.
//
// It does not own the class and its seats (packages office and student), nor the rules of
// one pupil's place (package status).
//
// Tables: placing_line.
//
// Laws and rules it keeps:
//   - law 2: the lines are what a person hands in; the worker writes class, seat and history;
//   - law 5: every pupil of a list is held by the slot until the list has ended;
//   - law 9: all refusals of a list or a sheet at once, each with its line;
//   - hard rule 10: no class takes more pupils than it has seats;
//   - P42, P52: the whole list is in force, or nothing of it.
package placing
