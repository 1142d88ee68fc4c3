package student

import (
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/store"
)

// SheetRow is how a row of a school's sheet names its pupil: by the record, which a template
// fills in, or by the student number.
type SheetRow struct{ Record, Number string }

// SheetPupils holds the pupils of a school by what the rows of a sheet name them by.
type SheetPupils struct {
	store    *store.Store
	byID     map[uuid.UUID]*PupilRow
	byNumber map[string]*PupilRow // by the hash of the student number
}

// FindSheetPupils finds the pupils of a school whom rows name, in whatever state they are.
func FindSheetPupils(t *store.Tx, school uuid.UUID, rows []SheetRow) (*SheetPupils, error) {
	var ids []uuid.UUID
	var hashes [][]byte
	for _, row := range rows {
		if id, err := uuid.Parse(row.Record); err == nil {
			ids = append(ids, id)
		} else if ident.NumberKey(row.Number) != "" {
			hashes = append(hashes, NumberHash(t.Store(), row.Number))
		}
	}
	var found []uuid.UUID
	err := t.DB().Raw(`SELECT id FROM student WHERE school_id = @school AND (id IN @ids OR number_hash IN @hashes)`,
		map[string]any{"school": school, "ids": append(ids, uuid.Nil), "hashes": append(hashes, []byte{0})}).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("look for the pupils of a sheet: %w", err)
	}
	list, err := ReadPupilRows(t, append(found, uuid.Nil), false)
	if err != nil {
		return nil, err
	}
	p := &SheetPupils{store: t.Store(), byID: map[uuid.UUID]*PupilRow{}, byNumber: map[string]*PupilRow{}}
	for _, h := range list {
		p.byID[h.ID] = h
		if len(h.NumberHash) > 0 {
			p.byNumber[hex.EncodeToString(h.NumberHash)] = h
		}
	}
	return p, nil
}

// Of returns the pupil whom a row names, nil when the school has none such.
func (p *SheetPupils) Of(row SheetRow) *PupilRow {
	if id, err := uuid.Parse(row.Record); err == nil {
		return p.byID[id]
	}
	if ident.NumberKey(row.Number) == "" {
		return nil
	}
	return p.byNumber[hex.EncodeToString(NumberHash(p.store, row.Number))]
}
