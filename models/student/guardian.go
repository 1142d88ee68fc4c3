package student

import (
	"fmt"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// Guardian is one of the two family members of the sheet (成员1, 成员2). IsGuardian says
// whether that person is the guardian in law (监护人).
type Guardian struct {
	Seat              int
	Name              string `item:"name"`
	Relation          string `item:"relation"`
	RelationNote      string `item:"relation_note"`
	Address           string `item:"address"`
	HouseholdDivision string `item:"household_division"`
	Phone             string `item:"phone"`
	IsGuardian        bool   `item:"is_guardian"`
	IDType            string `item:"id_type"`
	IDMasked          string `item:"id_number"`
	Ethnicity         string `item:"ethnicity"`
	Employer          string `item:"employer"`
	Job               string `item:"job"`
}

// memberColumn returns the column of an item of a family member; for a document's number
// the masked column.
func memberColumn(item string) string {
	if item == memberIDNumber {
		return "id_masked"
	}
	return item
}

// guardianColumns are those of a family member as people may see them.
var guardianColumns = sync.OnceValue(func() string { // it never changes
	columns := []string{"seat"}
	for _, item := range roster.MemberItems() {
		columns = append(columns, memberColumn(item))
	}
	return strings.Join(columns, ", ")
})

func guardiansOf(t *store.Tx, student uuid.UUID) ([]Guardian, error) {
	var list []Guardian
	err := t.DB().Raw(`SELECT `+guardianColumns()+` FROM guardian WHERE student_id = ? ORDER BY seat`, student).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the family of a record: %w", err)
	}
	return list, nil
}
