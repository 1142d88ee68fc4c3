package problem

import "github.com/xueji/xueji/models/store"

// CountOpen counts the problems that OpenProblems lists.
func CountOpen(t *store.Tx) (store.Count, error) {
	return t.CountRows("problems of records", `SELECT 1 FROM student_problem p JOIN student s ON s.id = p.student_id WHERE p.state = `+openWord, nil)
}
