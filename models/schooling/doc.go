// Package schooling holds the changes about a school itself, without a pupil: the change of
// its enrolment plan (招生计划数变更), of its schooling length (学制变更), and its merger with
// another school (学校合并), which takes effect as a job.
//
// It gives the engine the Work of PLAN_CHANGE, SCHOOLING_LENGTH_CHANGE and SCHOOL_MERGER,
// and the jobs their JobWork of a merger. It owns what such a filing asks, the slot that
// keeps two changes of one matter apart, and what the decision does to the school.
//
// It does not own the plan, its places, the lengths and the classes (package office), the
// records (package student), the approval (package change), or enrolment, which uses the
// places.
//
// Tables: none.
//
// Laws and rules it keeps:
//   - law 2: the size of a plan changes in the activity of the last decision, in one
//     statement that never goes below the used places;
//   - law 9: all refusals of a filing at once;
//   - law 5: an absorbed school is closed and the slots of its records are taken by the
//     decision, so nothing runs at it while its records move part by part;
//   - P13, R1 Art. 5: records of every state go to the school that absorbs, numbers stay;
//   - P12: no year group misses its graduation or repeats its last grade by a new length;
//   - KT24, P37, P40, W14; hard rule 50.
package schooling
