package student

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/policy"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/store"
)

// EditableRecord is a record with the facts that an edit needs.
type EditableRecord struct {
	Record  *Record
	policy  process.Policy // of the province of its school
	idHash  []byte
	only    []byte       // hash of the number alone
	Current roster.Pupil // every item of the sheet, with numbers in the clear; it never leaves the transaction
}

// LockStudents locks records of the scope until the transaction ends, always in the order
// of their IDs, so that two edits of several records never wait for each other. Records
// that are not in the register are not locked, because nothing edits them.
func LockStudents(t *store.Tx, ids []uuid.UUID) error {
	if _, err := t.Exec(`SELECT id FROM student WHERE id = ANY (?::uuid[]) ORDER BY id FOR NO KEY UPDATE`, IdArray(ids)); err != nil {
		return fmt.Errorf("lock records: %w", err)
	}
	return nil
}

// ReadEditableRecords reads records of the scope by their IDs.
func ReadEditableRecords(t *store.Tx, ids []uuid.UUID, rules roster.Rules) (map[uuid.UUID]*EditableRecord, error) {
	var rows []struct {
		Record
		FlagsJSON    string
		DetailsJSON  string
		ProvinceCode string
		IDHash       []byte
		Only         []byte
		IDCipher     []byte
	}
	err := t.DB().Raw(`SELECT `+recordColumns()+`, o.province_code, s.id_hash, s.number_only_hash AS only, s.id_cipher`+recordTables+`WHERE s.id = ANY (?::uuid[])`, IdArray(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read records: %w", err)
	}
	family, err := sealedFamilies(t, ids)
	if err != nil {
		return nil, err
	}
	policies := map[string]process.Policy{}
	list := make(map[uuid.UUID]*EditableRecord, len(rows))
	for i := range rows {
		row := &rows[i]
		policyRow, known := policies[row.ProvinceCode]
		if !known {
			if policyRow, err = policy.InForce(t, row.ProvinceCode); err != nil {
				return nil, err
			}
			policies[row.ProvinceCode] = policyRow
		}
		record, err := (&recordRow{row.Record, row.FlagsJSON, row.DetailsJSON}).toRecord()
		if err != nil {
			return nil, err
		}
		r := &EditableRecord{Record: record, policy: policyRow, idHash: row.IDHash, only: row.Only}
		if err := openItems(t.Store(), r, rules.Reader.Template(), row.IDCipher, family[record.ID]); err != nil {
			return nil, err
		}
		list[record.ID] = r
	}
	return list, nil
}

// HasKey reports whether the record has one of the keys of a number.
func (r *EditableRecord) HasKey(keys [][]byte) bool {
	return slices.ContainsFunc(keys, func(key []byte) bool { return bytes.Equal(key, r.idHash) || bytes.Equal(key, r.only) })
}

// sealedGuardian is a family member with the ciphertext of the document's number.
type sealedGuardian struct {
	Guardian  `gorm:"embedded"`
	StudentID uuid.UUID
	IDCipher  []byte
	IDHash    []byte
}

func sealedFamilies(t *store.Tx, ids []uuid.UUID) (map[uuid.UUID][]sealedGuardian, error) {
	var rows []sealedGuardian
	err := t.DB().Raw(`SELECT student_id, id_cipher, id_hash, `+guardianColumns()+` FROM guardian WHERE student_id = ANY (?::uuid[]) ORDER BY student_id, seat`, IdArray(ids)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read families: %w", err)
	}
	families := map[uuid.UUID][]sealedGuardian{}
	for _, row := range rows {
		families[row.StudentID] = append(families[row.StudentID], row)
	}
	return families, nil
}

// openItems fills in family and items of a record with the numbers in the clear, because
// rules about two numbers cannot be judged on masked ones.
func openItems(s *store.Store, r *EditableRecord, template *roster.Template, idCipher []byte, family []sealedGuardian) error {
	secrets := map[roster.Field]string{}
	open := func(f roster.Field, cipher []byte) error {
		if len(cipher) == 0 {
			return nil
		}
		var err error
		secrets[f], err = Unseal(s, Secret(f).purpose(), r.Record.ID, cipher)
		return err
	}
	if err := open(roster.IDNumber, idCipher); err != nil {
		return err
	}
	aux, err := base64.StdEncoding.DecodeString(r.Record.Details[AuxSealed])
	if err != nil {
		return fmt.Errorf("read a sealed number: %w", err)
	}
	if err := open(fieldAuxNumber, aux); err != nil {
		return err
	}
	for _, g := range family {
		r.Record.Guardians = append(r.Record.Guardians, g.Guardian)
		if err := open(MemberNumber(g.Seat), g.IDCipher); err != nil {
			return err
		}
	}
	r.Current = roster.Pupil{}
	for _, column := range template.Columns {
		f := column.Field
		value := r.Record.Item(f)
		if f.Secret() {
			value = secrets[f]
		}
		if g, _ := r.Record.member(f); value == "" || column.Kind == roster.KindHidden || g != nil && g.Name == "" {
			continue // a missing family member has no items, not even "no"
		}
		r.Current[f] = value
	}
	return nil
}

// IdArray writes IDs as a PostgreSQL array literal.
func IdArray(ids []uuid.UUID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return "{" + strings.Join(texts, ",") + "}"
}
