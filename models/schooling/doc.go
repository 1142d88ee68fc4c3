// Package schooling holds the changes about a school itself, without a pupil: the change of
// its enrolment plan (招生计划数变更) and of its schooling length (学制变更).
//
// It gives the engine the Work of PLAN_CHANGE and SCHOOLING_LENGTH_CHANGE. It owns what such a filing asks, the slot
// that keeps two changes of one matter apart, and what the decision does to the school.
//
// It does not own the plan, its places and the lengths (package office), the approval (package change),
// or enrolment, which uses the places.
//
// Tables: none.
//
// Laws and rules it keeps:
//   - law 2: the size of a plan changes in the activity of the last decision, in one
//     statement that never goes below the used places;
//   - law 9: all refusals of a filing at once;
//   - P12: no year group misses its graduation or repeats its last grade by a new length;
//   - KT24, P37, P40, W14; hard rule 50.
package schooling
