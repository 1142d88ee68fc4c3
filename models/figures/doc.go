// Package figures counts (统计): the pupils of an office and of the offices below by state,
// grade, sex and class, the changes that came into force month by month, and how long the
// steps of cases took.
//
// It owns the questions. Every figure is one statement over an index, whatever the number of
// classes, schools or cases, and is that of today.
//
// It does not own a fact: it writes no table, and names no pupil.
//
// Tables: none; it reads those of office, student and change.
package figures
