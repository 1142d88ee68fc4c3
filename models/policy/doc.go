// Package policy keeps the rules of each province in versions, the days of its school
// years, and the working days of each year.
//
// It owns which version is in force on which day, the check of a new version against the
// catalogue, the terms of a school year (学年学期), and the calendars loaded after the release. A version is added and never
// changed; the one in force is the youngest whose day has come.
//
// It does not own what a rule means: package process defines the switches and the chains,
// package status judges a record by them. It does not own a running change, which keeps
// the rules it was filed under.
//
// Tables: policy, workday_year, school_year.
//
// Laws and rules it keeps:
//   - law 8: rules are data per province and version, and no condition stands in them;
//   - law 7: a new calendar moves deadlines, and nothing is decided by one;
//   - domain 8: every open disagreement has a default and a switch (D1 to D34);
//   - P14: a province sets the days of its terms; a school year without them follows the policy;
//   - law 9: a faulty version is refused with all its faults at once.
package policy
