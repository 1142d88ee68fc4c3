// Package office keeps the tree of offices (机构): the Ministry, the bureaus of
// provinces, cities and counties, and the schools with their year groups and classes.
//
// It owns which office stands where, who manages whom, which stages a school has, the
// seats of a class, the enrolment plan of a school with its used places, and its schooling
// length. It finds the managing bureau of a school, the lowest common superior
// of two offices, and the office that holds a role.
//
// It does not own the people of an office (package account), the rules of a province
// (package policy), or the pupils of a class (package student).
//
// Tables: organisation, school_class, school_grade, enrolment_plan, schooling_length. A moved or closed office is followed
// by the running changes; package change does that.
//
// Laws and rules it keeps:
//   - law 10: the directory is public to everybody who can log in (P3), a change of it is
//     not; the path of an office is the scope of its people;
//   - domain 1.2: the managing bureau decides, and a superior is found in the tree, never
//     from the digits of a division code (domain 5.3);
//   - P37: places of a plan are taken in one statement, by the worker, never more than it has;
//   - hard rule 10: a class holds 55 pupils unless the province says otherwise;
//   - domain 5.4, 5.5: the codes of schools and classes.
package office
