// Package roster is the national student sheet (学生基本信息): its columns and
// code tables, reading a workbook as clerks really send it, saying what is
// wrong in each row and how to put it right, and writing the template and the
// clerk's own file with the remarks beside each row.
//
// The sheet is matched by the names of its headers, never by position, and read
// as a stream: what stays in memory is the table of shared strings and three
// hashes per row. What a row holds is judged in three layers: how the cell is
// stored (stored.go), what its column allows (value_*.go), and what the cells of
// one row (check.go) or several rows (repeat.go) say about each other.
package roster
