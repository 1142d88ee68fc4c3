// Package registration makes records: from a roster (名册) in the national sheet (学籍注册),
// and for an immigrant who has none (新建学籍).
//
// It owns the uploaded roster with its staged rows and findings, the comparison with the
// register, the filing of a roster as a change, the student numbers of new records, and
// sheets of updates (批量更新). It gives the engine the Work of ROSTER_IMPORT and
// NEW_RECORD_IMMIGRANT.
//
// It does not own the sheet, its items and its rules (package roster), the record once it
// exists (package student), or the approval (package change). Enrolment (招生入学) is
// another subject.
//
// Tables: roster, roster_row. An uploaded sheet lies encrypted and is deleted after 30
// days; internal/files keeps it.
//
// Laws and rules it keeps:
//   - law 2: the upload and its rows are what a person hands in; records come from an
//     activity. A list of more than 2,000 pupils is checked and takes effect as jobs
//     (package job); a check by a job leaves the roster that a check in the request leaves;
//   - law 5: each row of a filed roster holds a slot by the hash of its identity;
//   - law 9: every finding names row, column, reason and remedy;
//   - KT01 to KT04, KT07; P17 to P21, P50; domain 5.2: L and J numbers; hard rules 11 to 16.
package registration
