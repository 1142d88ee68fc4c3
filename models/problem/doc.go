// Package problem keeps problem records (问题学籍): what the search for doubles and the
// identity check hold against a record, and the three ways out of it.
//
// It owns the finding with its kind (ID_ERROR, DUP_WITH_ID, DUP_WITHOUT_ID) and state, the
// hourly search for doubles, also for those whose name or birth date is typed otherwise, the
// hourly check of identities as a job with the answers of the population database, the list
// of an office, and the other record of a double, of which a reader learns school and case
// only. It gives the engine the Work of
// PROBLEM_CORROBORATION (佐证) and PROBLEM_DELETION (删除); to amend (变更) is a change of
// key data.
//
// It does not own refusals (package refusal; the word problem means 问题学籍 only), the
// record (package student), or the approval (package change).
//
// It does not own the way to the population database (internal/identity): the job is given a
// function that asks.
//
// Tables: student_problem, double_search, likeness, identity_check, identity_question.
//
// Laws and rules it keeps:
//   - law 10: the two sides of a double learn no more of each other than school and case;
//   - law 6: the job and its errors name no person; the answers hold no name and no number;
//   - law 7: a silence is no answer, and the record stays unchecked;
//   - law 2: findings are written by the worker; a person files what is done about one;
//   - KT10 to KT14; of two records with one number only one is right (D9); D7, D8: when
//     the province must agree; P21, P22, P29; hard rule 11: every hour.
package problem
