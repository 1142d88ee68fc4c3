// Package ident knows the identifiers of student status: the citizen identity
// number (居民身份证号, GB 11643-1999), the student number (学籍号), the school code
// (学校标识码), the division code (行政区划代码, GB/T 2260), the class code (班号) and
// the campus number of higher education.
//
// Each is a closed type: a value other than the zero value went through Parse
// and is well formed. Two values are equal when == says so.
//
// Citizen identity numbers and student numbers are secret (a G number is a
// citizen identity number). Whatever prints, logs or encodes such a value gets
// it masked; only Reveal gives the full text, so every place that shows it
// can be found by looking for that word.
//
// A refusal is an *Error with one Reason of a closed set and never carries
// the text that was refused.
package ident
