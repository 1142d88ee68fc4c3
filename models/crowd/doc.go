// Package crowd fills a register with as many pupils and changes as a province has.
//
// Every case of the crowd is a copy of one that people filed and decided by the doors of
// the register: the pattern. A copy has the rows that the pattern left, under identifiers,
// names, numbers, offices, accounts and times of its own. Numbers are sealed and hashed
// with the keys of the register, so searches find the people of the crowd.
//
// The patterns are the pupils of the schools of one bureau, with the rosters they came in
// by and the changes about them. A copy of the schools stands below other bureaux of the
// same province. A copy whose change is closed lies up to two years back. A copy that runs,
// or that left something open, is so young that no deadline of it has come.
//
// What a copy does not have: rows of rosters and uploaded files (both are deleted after
// some weeks), documents of the family, and seals of the audit trail, which the worker adds.
// Nobody in the crowd is real.
package crowd
