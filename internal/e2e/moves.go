package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/xueji/xueji/internal/identity/simulator"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/secret"
)

// Named is a pupil with numbers of its own, so that another school can find it.
type Named struct {
	ID     uuid.UUID
	Name   string
	Number string // student number
	Card   string // citizen identity number, of a province that does not exist
}

// Claim is how a receiving school names the pupil.
func (n Named) Claim() map[string]string {
	return map[string]string{"name": n.Name, "student_number": n.Number}
}

// Named makes an enrolled pupil of an entry year with numbers, sealed as the
// register does.
func (s *Stack) Named(c *County, year int, behaviour simulator.Behaviour) Named {
	s.T.Helper()
	if s.door != nil {
		require.Equal(s.T, simulator.Matches, behaviour, "made-up pupils are known to the population database")
		return s.door.register(c, year)
	}
	n := Named{ID: s.Pupil(c, year), Name: "样例生" + strings.Repeat("一", 1+s.named%3)}
	s.named++
	birth, err := calendar.NewDate(year-s.age(c, year), time.Month(1+(2+s.named/28)%12), 1+s.named%28) // nobody shares a number
	require.NoError(s.T, err)
	card := s.Card(birth, behaviour)
	n.Card, n.Number = card.Reveal(), fmt.Sprintf("L520102%s%04d", birth.Compact(), 1000+s.named)
	number, err := ident.ParseStudentNumber(n.Number)
	require.NoError(s.T, err)
	keys := s.Keys()
	seal := func(purpose, text string) []byte {
		cipher, err := keys.Encrypt(purpose+"/"+n.ID.String(), []byte(text))
		require.NoError(s.T, err)
		return cipher
	}
	s.Exec(`UPDATE student SET name = $2, name_key = $2, birth_date = $3, id_type = '1', id_cipher = $4, id_hash = $5, id_masked = $6, number_class = 'L',
		number_cipher = $7, number_hash = $8, number_masked = $9 WHERE id = $1`,
		n.ID, n.Name, birth.String(), seal("student.id_number", n.Card), keys.Hash("identity", n.Card), card.String(),
		seal("student.student_number", n.Number), keys.Hash("student_number", n.Number), number.String())
	return n
}

// Card makes a number nobody has, which the simulated population database treats as asked.
func (s *Stack) Card(birth calendar.Date, behaviour simulator.Behaviour) ident.CitizenID {
	s.T.Helper()
	card, err := simulator.Number(birth, ident.Male, behaviour)
	require.NoError(s.T, err)
	return card
}

// Keys opens the keys of the stack's register.
func (s *Stack) Keys() *secret.Keyring {
	s.T.Helper()
	keys, err := secret.Open(s.Config.VarDir + "/keys")
	require.NoError(s.T, err)
	return keys
}

// TransferBody is a complete filing of a transfer by the receiving side.
func (p *Person) TransferBody(n Named, class uuid.UUID) map[string]any {
	p.s.T.Helper()
	return map[string]any{
		"kind": "TRANSFER", "pupil": n.Claim(),
		"inputs":   map[string]string{"class_id": class.String(), "reason": "父母工作调动"},
		"evidence": []map[string]string{{"id": p.Evidence(), "kind": "GUARDIAN_APPLICATION"}, {"id": p.Evidence(), "kind": "RESIDENCE_PROOF"}},
	}
}

// KeyDataBody is a complete filing of a change of key data.
func (p *Person) KeyDataBody(student uuid.UUID, values map[string]string) map[string]any {
	p.s.T.Helper()
	return map[string]any{
		"kind": "KEY_DATA_CHANGE", "student_id": student, "values": values, "inputs": map[string]string{"reason": "户籍更正"},
		"evidence": []map[string]string{{"id": p.Evidence(), "kind": "IDENTITY_PROOF"}},
	}
}

// Page reads the page of a change as this person.
func (p *Person) Page(change string) Answer {
	p.s.T.Helper()
	page := p.Do(http.MethodGet, "/v1/changes/"+change, nil, "")
	require.Equal(p.s.T, http.StatusOK, page.Status, string(page.Raw))
	return page
}

// Approve approves the open task of a change and expects that it counts at once.
func (p *Person) Approve(change string) {
	p.s.T.Helper()
	answer := p.Decide(change, "APPROVE", "同意")
	require.Equal(p.s.T, http.StatusOK, answer.Status, string(answer.Raw))
}

// Stage waits until the open step of a change has this name.
func (s *Stack) Stage(change, name string) {
	s.T.Helper()
	s.Eventually("the change is at "+name, 30*time.Second, func() bool {
		return Value[int](s, `SELECT count(*) FROM step WHERE change_id = $1 AND status = 'OPEN' AND name = $2`, change, name) == 1
	})
}

// DoIfMatch calls the API as this person about what had this ETag when it was read.
func (p *Person) DoIfMatch(method, path string, body any, tag string) Answer {
	p.s.T.Helper()
	text := []byte{}
	if body != nil {
		var err error
		text, err = json.Marshal(body)
		require.NoError(p.s.T, err)
	}
	request, err := http.NewRequestWithContext(p.s.T.Context(), method, p.s.URL+path, bytes.NewReader(text))
	require.NoError(p.s.T, err)
	request.Header.Set("Authorization", "Bearer "+p.Token)
	request.Header.Set("If-Match", tag)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := Send(request)
	require.NoError(p.s.T, err)
	return answer
}
