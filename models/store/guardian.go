package store

import (
	"fmt"

	"github.com/google/uuid"
)

// Guardian is one of the two family members of the sheet (成员1, 成员2); IsGuardian
// tells whether he or she is the guardian in law (监护人).
type Guardian struct {
	Seat              int
	Name              string
	Relation          string
	RelationNote      string
	Address           string
	HouseholdDivision string
	Phone             string
	IsGuardian        bool
	IDType            string
	IDMasked          string
	Ethnicity         string
	Employer          string
	Job               string
}

const guardianColumns = `seat, name, relation, relation_note, address, household_division, phone, is_guardian, id_type, id_masked, ethnicity, employer, job`

func (t *Tx) guardiansOf(student uuid.UUID) ([]Guardian, error) {
	var list []Guardian
	err := t.db.Raw(`SELECT `+guardianColumns+` FROM guardian WHERE student_id = ? ORDER BY seat`, student).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("read the family of a record: %w", err)
	}
	return list, nil
}

// item gives the place of one of the sheet's twelve items of a family member,
// named without its prefix member1_ or member2_, or nil.
func (g *Guardian) item(name string) *string {
	switch name {
	case "name":
		return &g.Name
	case "relation":
		return &g.Relation
	case "relation_note":
		return &g.RelationNote
	case "address":
		return &g.Address
	case "household_division":
		return &g.HouseholdDivision
	case "phone":
		return &g.Phone
	case "id_type":
		return &g.IDType
	case "id_number":
		return &g.IDMasked
	case "ethnicity":
		return &g.Ethnicity
	case "employer":
		return &g.Employer
	case "job":
		return &g.Job
	}
	return nil
}
