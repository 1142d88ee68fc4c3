package student

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
	"github.com/xueji/xueji/models/secret"
	"github.com/xueji/xueji/models/store"
)

// untidyRecord is a record with its form under today's rules.
type untidyRecord struct {
	untidyRow

	family        []sealedGuardian
	number        SealedNumber // the pupil's document, when its key or spelling changes
	rekeyed       bool
	unreadable    bool              // the number of the pupil or of a family member cannot be decrypted
	before, after map[string]string // items with a difference that a person can see, numbers masked
	seats         []tidiedSeat
}

type untidyRow struct {
	ID          uuid.UUID
	OrgPath     string
	Name        string
	NameKey     string
	FormerName  string
	IDType      string
	Nationality string
	IDCipher    []byte
	IDHash      []byte
	Only        []byte
	IDMasked    string
}

// tidiedSeat is a family member whose name or number changes.
type tidiedSeat struct {
	seat   int
	name   string
	number SealedNumber
}

// readUntidyRecords reads records and compares them with their form under today's rules.
func readUntidyRecords(t *store.Tx, where string, arg any, most int) (list []*untidyRecord, err error) {
	var rows []untidyRow
	// A citizen's number is stored in its one form and is its own key: it stays sealed.
	err = t.DB().Raw(`SELECT s.id, s.org_path::text AS org_path, s.name, s.name_key, coalesce(s.details ->> 'former_name', '') AS former_name, s.id_type, s.nationality,
			CASE WHEN s.id_type <> '1' THEN s.id_cipher END AS id_cipher, s.id_hash, s.number_only_hash AS only, s.id_masked
		FROM student s WHERE `+where+` ORDER BY s.id LIMIT ?`, arg, most).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read records to tidy: %w", err)
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	families, err := sealedFamilies(t, ids)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		u := &untidyRecord{untidyRow: row, family: families[row.ID], before: map[string]string{}, after: map[string]string{}}
		if err := u.compare(t.Store()); err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, nil
}

// changes reports whether today's rules change anything in the record.
func (u *untidyRecord) changes() bool { return u.rekeyed || len(u.after) > 0 }

// compare notes the differences under today's rules.
func (u *untidyRecord) compare(s *store.Store) error {
	u.noteDifference(string(roster.Name), u.Name, TidyItem(roster.Name, u.Name))
	u.noteDifference(string(roster.FormerName), u.FormerName, TidyItem(roster.FormerName, u.FormerName))
	u.rekeyed = u.NameKey != ident.NameKey(u.Name)
	if err := u.compareNumber(s); err != nil {
		return err
	}
	return u.compareFamily(s)
}

func (u *untidyRecord) compareNumber(s *store.Store) error {
	if len(u.IDCipher) == 0 {
		return nil
	}
	number, err := Unseal(s, PurposeStudentID, u.ID, u.IDCipher)
	if errors.Is(err, secret.ErrUnreadable) { // one broken number holds up no other record
		u.unreadable = true
		return nil
	}
	if err != nil {
		return err
	}
	sealed, err := sealIdentity(s, u.ID, IdentityDocument{Kind: u.IDType, Country: u.Nationality, Number: number})
	if err != nil {
		return err
	}
	u.noteDifference(string(roster.IDNumber), u.IDMasked, sealed.Masked)
	if plain, _ := ident.TidyNumber(number); plain != number || !bytes.Equal(sealed.Hash, u.IDHash) || !bytes.Equal(sealed.onlyHash, u.Only) {
		u.number, u.rekeyed = sealed, true
	}
	return nil
}

func (u *untidyRecord) compareFamily(s *store.Store) error {
	for _, g := range u.family {
		name := TidyItem(roster.Name, g.Name)
		u.noteDifference(string(roster.MemberField(g.Seat, MemberName)), g.Name, name)
		seat := tidiedSeat{seat: g.Seat, name: name}
		if len(g.IDCipher) > 0 && g.IDType != "1" {
			number, err := Unseal(s, fmt.Sprintf("%s/%d", PurposeGuardian, g.Seat), u.ID, g.IDCipher)
			if errors.Is(err, secret.ErrUnreadable) {
				u.unreadable = true
				continue
			}
			if err != nil {
				return err
			}
			sealed, err := sealGuardian(s, u.ID, g.Seat, g.IDType, number)
			if err != nil {
				return err
			}
			u.noteDifference(string(MemberNumber(g.Seat)), g.IDMasked, sealed.Masked)
			if !bytes.Equal(sealed.Hash, g.IDHash) {
				seat.number, u.rekeyed = sealed, true
			}
		}
		if name != g.Name || seat.number.Cipher != nil {
			u.seats = append(u.seats, seat)
		}
	}
	return nil
}

// noteDifference notes an item with a difference that a person can see.
func (u *untidyRecord) noteDifference(field, before, after string) {
	if before != after {
		u.before[field], u.after[field] = before, after
	}
}

// writeTidied writes a record in its form under today's rules, and reports whether its
// document belongs to another record too. The caller has locked the record.
func writeTidied(t *store.Tx, u *untidyRecord) (double bool, err error) {
	name, _ := ident.TidyName(u.Name)
	former, _ := ident.TidyName(u.FormerName)
	if double, err = tidyRecord(t, u.ID, name, former, u.number); err != nil {
		return false, err
	}
	for _, seat := range u.seats {
		tidyGuardian(t, u.ID, seat)
	}
	if len(u.after) > 0 {
		err := WriteHistory(t, &HistoryLine{StudentID: u.ID, Path: u.OrgPath, Kind: kindTidy, EffectiveOn: t.Today(), AccountID: t.Scope().Account,
			Before: HistorySide{Items: u.before}, After: HistorySide{Items: u.after}})
		if err != nil {
			return false, err
		}
	}
	return double, t.Audit("student.tidy", "student", u.ID.String(), map[string]string{"fields": u.fields()})
}

// fields names the tidied items; "key" stands for a change that a person does not see.
func (u *untidyRecord) fields() string {
	names := make([]string, 0, len(u.after)+1)
	for field := range u.after {
		names = append(names, field)
	}
	slices.Sort(names)
	if u.rekeyed {
		names = append(names, "key")
	}
	return strings.Join(names, ",")
}
