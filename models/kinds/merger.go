package kinds

import (
	"strconv"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/enrolment"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/schooling"
	"github.com/xueji/xueji/models/schoolyear"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/transfer"
)

// mergerKind returns the Work of a merger (学校合并, P13), with what other subjects may
// still have open at the absorbed school.
func mergerKind() change.Work {
	return schooling.MergerWork{Open: []schooling.OpenAt{
		openBusiness(refusal.MergerClaims, enrolment.OpenAt),
		openBusiness(refusal.MergerPapers, transfer.PapersOpenAt),
		openBusiness(refusal.MergerReceived, schoolyear.ReceivedOpenAt),
	}}
}

// openBusiness refuses a merger while a count of open business is not zero.
func openBusiness(code refusal.Code, count func(*store.Tx, uuid.UUID) (int, error)) schooling.OpenAt {
	return func(t *store.Tx, school uuid.UUID) (*refusal.Error, error) {
		n, err := count(t, school)
		if err != nil || n == 0 {
			return nil, err
		}
		return refusal.New(code).At("/inputs/from").With("count", strconv.Itoa(n)), nil
	}
}
