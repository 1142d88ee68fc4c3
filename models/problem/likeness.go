package problem

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/store"
	"github.com/xueji/xueji/models/student"
)

// likelyPair is two records that are likely of one pupil, and what speaks for it. Each pair
// stands in a list twice, once from each side.
type likelyPair struct {
	A     uuid.UUID    `json:"a"`
	B     uuid.UUID    `json:"b"`
	Score int          `json:"score"`
	Signs []ident.Sign `json:"signs"`
}

// likelyDoubles finds the living records that are likely of one pupil with one of the given
// ones, by the score of their provinces, and makes these findable for others.
func likelyDoubles(t *store.Tx, ids []uuid.UUID) ([]likelyPair, error) {
	own, err := readPersons(t, ids)
	if err != nil {
		return nil, err
	}
	if err := writeLikeness(t, own); err != nil {
		return nil, err
	}
	var pairs []struct{ A, B uuid.UUID }
	err = t.DB().Raw(`SELECT l.student_id AS a, m.student_id AS b FROM likeness l JOIN likeness m ON m.keys && l.keys AND m.student_id <> l.student_id
		WHERE l.student_id = ANY (?::uuid[])`, student.IdArray(ids)).Scan(&pairs).Error
	if err != nil {
		return nil, fmt.Errorf("look for similar records: %w", err)
	}
	others := make([]uuid.UUID, 0, len(pairs))
	for _, p := range pairs {
		if own[p.B] == nil {
			others = append(others, p.B)
		}
	}
	persons, err := readPersons(t, others)
	if err != nil {
		return nil, err
	}
	maps.Copy(persons, own)
	least := map[string]int{}
	var list []likelyPair
	for _, p := range pairs {
		a, b := persons[p.A], persons[p.B]
		if a == nil || b == nil || !a.live || !b.live || a.document != "" && a.document == b.document {
			continue
		}
		most, err := leastScore(t, least, a.province, b.province)
		if err != nil {
			return nil, err
		}
		if l := ident.Compare(&a.Someone, &b.Someone); l.Score >= most {
			list = append(list, likelyPair{p.A, p.B, l.Score, l.Signs}, likelyPair{p.B, p.A, l.Score, l.Signs})
		}
	}
	return list, nil
}

// leastScore returns the score from which two records are likely of one pupil: the lower
// one of their provinces.
func leastScore(t *store.Tx, known map[string]int, provinces ...string) (int, error) {
	least := ident.MostLikeness
	for _, province := range provinces {
		if _, read := known[province]; !read {
			rules, err := policy.InForce(t, province)
			if err != nil {
				return 0, err
			}
			known[province] = rules.DoubleScore
		}
		least = min(least, known[province])
	}
	return least, nil
}

// person is a record with what it is compared by.
type person struct {
	ident.Someone
	live     bool
	document string // the key of its document
	province string
}

// readPersons reads records with their families.
func readPersons(t *store.Tx, ids []uuid.UUID) (map[uuid.UUID]*person, error) {
	found := make(map[uuid.UUID]*person, len(ids))
	var rows []struct {
		ID           uuid.UUID
		Name, Sex    string
		BirthDate    calendar.Date
		IDType       string
		IDHash       []byte
		ProvinceCode string
		Live         bool
	}
	err := t.DB().Raw(`SELECT s.id, s.name, s.sex, s.birth_date, s.id_type, s.id_hash, o.province_code, s.`+liveRecord+` AS live
		FROM student s JOIN organisation o ON o.id = s.school_id WHERE s.id = ANY (?::uuid[])`, student.IdArray(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read records to compare: %w", err)
	}
	for _, row := range rows {
		p := &person{Someone: ident.Someone{Name: row.Name, Sex: row.Sex, Birth: row.BirthDate}, live: row.Live, document: string(row.IDHash), province: row.ProvinceCode}
		if row.IDType == citizenCard {
			p.Card = row.IDHash
		}
		found[row.ID] = p
	}
	var kin []struct {
		StudentID   uuid.UUID
		Name, Phone string
		IDHash      []byte
	}
	err = t.DB().Raw(`SELECT student_id, name, phone, id_hash FROM guardian WHERE student_id = ANY (?::uuid[]) ORDER BY student_id, seat`, student.IdArray(ids)).Scan(&kin).Error
	if err != nil {
		return nil, fmt.Errorf("read the families of records to compare: %w", err)
	}
	for _, k := range kin {
		member := ident.Kin{Name: k.Name, Document: k.IDHash}
		if k.Phone != "" {
			member.Phone = []byte(k.Phone)
		}
		if p := found[k.StudentID]; p != nil {
			p.Family = append(p.Family, member)
		}
	}
	return found, nil
}

// purposeLikeness is the purpose of the hashes by which similar records are found.
const purposeLikeness = "student.likeness"

// writeLikeness writes by what records are found that may be of the pupils of these.
func writeLikeness(t *store.Tx, persons map[uuid.UUID]*person) error {
	rows := make([][]any, 0, len(persons))
	for _, id := range slices.SortedFunc(maps.Keys(persons), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) {
		texts := ident.LikenessKeys(&persons[id].Someone)
		keys := make([]int64, len(texts))
		for i, text := range texts {
			keys[i] = int64(binary.BigEndian.Uint64(t.Store().Keys().Hash(purposeLikeness, text))) //nolint:gosec // any eight bytes of it
		}
		rows = append(rows, []any{id, keys})
	}
	if len(rows) == 0 {
		return nil
	}
	if err := t.CopyTemporary("found_by", "student_id uuid, keys bigint[]", []string{"student_id", "keys"}, rows); err != nil {
		return err
	}
	_, err := t.Exec(`INSERT INTO likeness AS l (student_id, keys) SELECT student_id, keys FROM found_by
		ON CONFLICT (student_id) DO UPDATE SET keys = excluded.keys WHERE l.keys <> excluded.keys`)
	if err != nil {
		return fmt.Errorf("write by what similar records are found: %w", err)
	}
	return nil
}

// pairsJSON writes pairs for a statement.
func pairsJSON(list []likelyPair) (string, error) {
	text, err := json.Marshal(append([]likelyPair{}, list...))
	if err != nil {
		return "", fmt.Errorf("write similar records: %w", err)
	}
	return string(text), nil
}
