package registration

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// pupilToFind is a pupil of a sheet or a form who may have a record already.
type pupilToFind struct {
	key    int      // the caller's key, such as the number of the row
	keys   [][]byte // keys of the document; none when it has no number
	name   string
	sex    string
	birth  calendar.Date
	family []relative
}

// relative is a family member, with the facts that help to identify the pupil.
type relative struct {
	name string
	hash []byte // hash of the document's number; nil when it is unknown
}

// foundPupil is the record that was found for a pupil.
type foundPupil struct {
	id         uuid.UUID
	hash       []byte
	inRegister bool
	state      string
	name       string
	sex        string
	birth      string
	family     []relative
	// similarOnly says that only name, sex and birth date agree, as they may for two pupils.
	similarOnly bool
	// otherPerson says that the document's number agrees and the person does not.
	otherPerson bool
}

// describePupil returns the facts of a pupil by which a record is found.
func describePupil(s *store.Store, key int, values map[roster.Field]string) pupilToFind {
	p := pupilToFind{key: key, keys: student.IdentityKeys(s, student.DocumentOf(values)), name: values[roster.Name], sex: values[roster.Sex], birth: roster.Pupil(values).Birth()}
	for _, seat := range []int{1, 2} {
		r := relative{name: values[roster.MemberField(seat, student.MemberName)]}
		if number := values[student.MemberNumber(seat)]; number != "" {
			r.hash = student.IdentityHash(s, number)
		}
		if r.name != "" {
			p.family = append(p.family, r)
		}
	}
	return p
}

// findPupilsOfSchool finds the records that pupils have at a school already (一人一籍), and
// returns them by the pupils' keys. It compares the number of the document; without a
// number, or with another one, it compares name, sex, birth date and family. A corrected
// sheet may give another sex or birth date: then name and whole family decide. It asks
// for all pupils at once.
func findPupilsOfSchool(t *store.Tx, school uuid.UUID, pupils []pupilToFind) (map[int]foundPupil, error) {
	return recogniseBut(t, school, uuid.Nil, pupils)
}

// recogniseBut is the same without the records that were made of one roster.
func recogniseBut(t *store.Tx, school, but uuid.UUID, pupils []pupilToFind) (map[int]foundPupil, error) {
	candidates, err := readCandidates(t, school, but, pupils)
	if err != nil {
		return nil, err
	}
	if err := readFamilies(t, candidates); err != nil {
		return nil, err
	}
	found := map[int]foundPupil{}
	for i := range pupils {
		if best, ok := pupils[i].bestMatch(candidates[pupils[i].key]); ok {
			found[pupils[i].key] = best
		}
	}
	return found, nil
}

// readCandidates gives, by key, the records of the school with the same document or
// the same name, without those made of one roster. The index of the names of a school
// bounds them to its namesakes.
func readCandidates(t *store.Tx, school, but uuid.UUID, pupils []pupilToFind) (map[int][]foundPupil, error) {
	var persons, documents []int
	var names []string
	var hashes [][]byte
	for i := range pupils {
		p := &pupils[i]
		for _, hash := range p.keys {
			documents, hashes = append(documents, p.key), append(hashes, hash)
		}
		if p.birth.IsZero() {
			continue
		}
		for _, name := range student.NameKeys(p.name) {
			persons, names = append(persons, p.key), append(names, name)
		}
	}
	found := map[int][]foundPupil{}
	if len(persons)+len(documents) == 0 {
		return found, nil
	}
	err := t.Raw(func(c *pgx.Conn) error {
		rows, err := c.Query(t.Context(), `WITH person AS (
				SELECT * FROM unnest($2::int[], $3::text[]) AS p (key, name_key)), document AS (
				SELECT * FROM unnest($4::int[], $5::bytea[]) AS d (key, hash))
			SELECT p.key, s.id, s.id_hash, s.in_register, s.enrol_status, s.name, s.sex, s.birth_date::text FROM person p
			JOIN student s ON s.name_key = p.name_key
			WHERE s.school_id = $1 AND s.enrol_status <> $7 AND s.roster_id IS DISTINCT FROM $6
			UNION
			SELECT d.key, s.id, s.id_hash, s.in_register, s.enrol_status, s.name, s.sex, s.birth_date::text FROM document d JOIN student s ON s.id_hash = d.hash
			WHERE s.school_id = $1 AND s.enrol_status <> $7 AND s.roster_id IS DISTINCT FROM $6
			ORDER BY 1, 2`, school, persons, names, documents, hashes, but, status.Deleted)
		if err != nil {
			return err
		}
		var key int
		var k foundPupil
		_, err = pgx.ForEachRow(rows, []any{&key, &k.id, &k.hash, &k.inRegister, &k.state, &k.name, &k.sex, &k.birth}, func() error {
			k.hash = bytes.Clone(k.hash)
			found[key] = append(found[key], k)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for pupils of the school: %w", err)
	}
	return found, nil
}

// readFamilies reads the families of the candidates.
func readFamilies(t *store.Tx, candidates map[int][]foundPupil) error {
	var ids []uuid.UUID
	for _, list := range candidates {
		for i := range list {
			ids = append(ids, list[i].id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []struct {
		StudentID uuid.UUID
		Name      string
		IDHash    []byte
	}
	err := t.DB().Raw(`SELECT student_id, name, id_hash FROM guardian WHERE student_id = ANY (?::uuid[]) ORDER BY student_id, seat`, student.IdArray(ids)).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read the families of known pupils: %w", err)
	}
	families := map[uuid.UUID][]relative{}
	for _, row := range rows {
		families[row.StudentID] = append(families[row.StudentID], relative{name: row.Name, hash: row.IDHash})
	}
	for _, list := range candidates {
		for i := range list {
			list[i].family = families[list[i].id]
		}
	}
	return nil
}

// bestMatch returns the record of the pupil. When there is only a similar record, it returns
// that one, marked as alike.
func (p *pupilToFind) bestMatch(candidates []foundPupil) (foundPupil, bool) {
	var best foundPupil
	found := false
	for _, k := range candidates {
		switch {
		case slices.ContainsFunc(p.keys, func(key []byte) bool { return bytes.Equal(key, k.hash) }):
			k.otherPerson = p.isOtherPerson(&k) // one document is one person
			return k, true
		case p.isSamePerson(&k):
			if !found || best.similarOnly || p.isSimilar(&k) && !p.isSimilar(&best) {
				best, found = k, true
			}
		case !found && p.isSimilar(&k):
			best, found = k, true
			best.similarOnly = true
		}
	}
	return best, found
}

// isOtherPerson reports whether a record with the pupil's number belongs to another person. A
// corrected name leaves sex and birth date as they are. When one of these differs too,
// the number was typed for another pupil, perhaps of the same family.
func (p *pupilToFind) isOtherPerson(k *foundPupil) bool {
	return !ident.SameName(p.name, k.name) && (p.sex != k.sex || p.birth.String() != k.birth)
}

// isSimilar reports whether sex and birth date of a record with the same name agree.
func (p *pupilToFind) isSimilar(k *foundPupil) bool {
	return p.sex == k.sex && p.birth.String() == k.birth
}

// isSamePerson reports whether a record with the same name belongs to the pupil. When one
// side has no number, and sex and birth date agree, one common family member decides. Two
// different numbers mean two people, unless the whole family is the same: then one of the
// numbers is a mistake. So is a sex or a birth date, because brothers and sisters do not
// share a name.
func (p *pupilToFind) isSamePerson(k *foundPupil) bool {
	common := 0
	for _, a := range p.family {
		for _, b := range k.family {
			if ident.SameName(a.name, b.name) || a.hash != nil && bytes.Equal(a.hash, b.hash) {
				common++
				break
			}
		}
	}
	if p.isSimilar(k) && (len(p.keys) == 0 || k.hash == nil) {
		return common > 0
	}
	return common > 1
}
