package registration

import (
	"crypto/rand"
	"fmt"
	"math/big"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/student"
)

// numberRounds is how often numbers are drawn again for pupils whose number was taken. A
// county has about nine thousand L numbers for one birth date. So a second round is rare,
// and a hundredth means that the numbers are used up.
const numberRounds = 100

// assignNumbers draws a free student number for every pupil: an L number, or a J number for
// a pupil without a document number (domain 5.2). The unique constraint on the hash
// guarantees that it is free. The check in the register keeps one taken number from
// failing the whole import.
func (e *registrationRun) assignNumbers() error {
	open := e.pupils
	used := map[string]bool{}
	for range numberRounds {
		if len(open) == 0 {
			return nil
		}
		drawn, err := e.drawNumbers(open, used)
		if err != nil {
			return err
		}
		taken, err := hashesAmong(e.tx, `SELECT number_hash FROM student WHERE number_hash = ANY ($1)`, drawn)
		if err != nil {
			return err
		}
		var again []*rosterPupil
		for _, p := range open {
			if p.sealed.Hash == nil || taken[string(p.sealed.Hash)] {
				p.sealed = student.SealedNumber{}
				again = append(again, p)
			}
		}
		open = again
	}
	e.leaveOutWhere(func(p *rosterPupil) *refusal.Error {
		if p.sealed.Hash != nil {
			return nil
		}
		p.class.Occupied--
		return refusal.New(refusal.RosterNoNumber)
	})
	return nil
}

// drawNumbers draws one number for each pupil. A pupil who gets the number of another row
// of the file stays without one and draws again.
func (e *registrationRun) drawNumbers(pupils []*rosterPupil, used map[string]bool) ([][]byte, error) {
	hashes := make([][]byte, 0, len(pupils))
	for _, p := range pupils {
		birth, err := calendar.ParseCompactDate(p.values[roster.BirthDate])
		if err != nil {
			return nil, fmt.Errorf("birth date of a checked row: %w", err)
		}
		number, err := e.drawNumber(p, birth)
		if err != nil {
			return nil, err
		}
		hash := student.NumberHash(e.tx.Store(), number.Reveal())
		if used[string(hash)] {
			continue
		}
		used[string(hash)] = true
		p.number, p.sealed = number, student.SealedNumber{Hash: hash}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func (e *registrationRun) drawNumber(p *rosterPupil, birth calendar.Date) (ident.StudentNumber, error) {
	if len(p.keys) > 0 {
		n, err := ident.TemporaryNumber(e.county, birth, rand.Reader)
		if err != nil {
			return n, fmt.Errorf("draw a student number: %w", err)
		}
		return n, nil
	}
	sequence, err := rand.Int(rand.Reader, big.NewInt(999))
	if err != nil {
		return ident.StudentNumber{}, fmt.Errorf("draw a student number: %w", err)
	}
	n, err := ident.SubstituteNumber(e.county, birth, int(sequence.Int64())+1)
	if err != nil {
		return n, fmt.Errorf("draw a student number: %w", err)
	}
	return n, nil
}
