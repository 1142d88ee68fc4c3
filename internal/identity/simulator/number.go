package simulator

import (
	"fmt"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
)

// Behaviour is what the simulator does with a number. Its value is the 16th
// digit of the numbers that show it.
type Behaviour int

// The behaviours.
const (
	Matches          Behaviour = 0
	NotFound         Behaviour = 1
	Cancelled        Behaviour = 2
	DuplicateRemoved Behaviour = 3
	Migrating        Behaviour = 4
	Silent           Behaviour = 5 // no answer, at every try
	Slow             Behaviour = 6 // MATCH, after a delay
)

// The division of the numbers that Number makes: 99 is no province, so that they
// belong to nobody.
const (
	noProvince = "99"
	noCounty   = noProvince + "0101"
)

// BehaviourOf gives what the simulator does with a number.
func BehaviourOf(number ident.CitizenID) Behaviour {
	if number.IsZero() || number.Division().Province() != noProvince {
		return Matches
	}
	sequence := number.Reveal()[14:17]
	if b := Behaviour(sequence[1] - '0'); sequence[0] == '9' && b <= Slow {
		return b
	}
	return Matches
}

// Number makes a well-formed number that belongs to nobody and to which the
// simulator shows the behaviour. The same arguments give the same number; to get
// many, count the birth date on.
func Number(birth calendar.Date, sex ident.Sex, b Behaviour) (ident.CitizenID, error) {
	if sex != ident.Male && sex != ident.Female {
		return ident.CitizenID{}, fmt.Errorf("simulator: a number states the sex %d or %d", ident.Male, ident.Female)
	}
	if b < Matches || b > Slow {
		return ident.CitizenID{}, fmt.Errorf("simulator: there is no behaviour %d", b)
	}
	county, err := ident.ParseDivisionCode(noCounty)
	if err != nil {
		return ident.CitizenID{}, fmt.Errorf("simulator: %w", err)
	}
	// A J number is put together and checked by the rules of citizen numbers, so
	// that the arithmetic of the check character stays where it is.
	j, err := ident.SubstituteNumber(county, birth, 900+10*int(b)+int(sex))
	if err != nil {
		return ident.CitizenID{}, fmt.Errorf("simulator: %w", err)
	}
	return ident.ParseCitizenID(j.Reveal()[1:])
}
