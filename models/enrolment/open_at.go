package enrolment

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/store"
)

// OpenAt returns the number of graduates whose enrolment at a school, or from it, has not
// ended.
func OpenAt(t *store.Tx, school uuid.UUID) (n int, err error) {
	err = t.DB().Raw(`SELECT count(*) FROM (SELECT change_id, line_no FROM admission WHERE school_id = @school AND state IN @open
		UNION SELECT a.change_id, a.line_no FROM student s JOIN admission a ON a.student_id = s.id WHERE s.school_id = @school AND a.state IN @open) x`,
		map[string]any{"school": school, "open": []State{Claimed, Admitted, Retrieved}}).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count the open enrolments of a school: %w", err)
	}
	return n, nil
}
