package enrolment

import (
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/xueji/xueji/models/org"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// source is a school of graduation with its managing bureau.
type source struct {
	status.School

	bureau     org.OfficeRef
	bureauName string
}

// readSources reads the schools of graduation by their IDs.
func readSources(t *store.Tx, found map[int]*namedGraduate) (map[uuid.UUID]*source, error) {
	ids := []uuid.UUID{uuid.Nil}
	for _, f := range found {
		ids = append(ids, f.SchoolID)
	}
	var rows []struct {
		ID                                     uuid.UUID
		Name, Province                         string
		BureauID                               uuid.UUID
		BureauPath, BureauProvince, BureauName string
	}
	err := t.DB().Raw(`SELECT o.id, o.name, o.province_code AS province, b.id AS bureau_id, b.path::text AS bureau_path, b.province_code AS bureau_province, b.name AS bureau_name
		FROM organisation o JOIN organisation b ON b.id = o.parent_id WHERE o.id IN ?`, ids).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the schools of graduates: %w", err)
	}
	schools := map[uuid.UUID]*source{}
	for _, r := range rows {
		schools[r.ID] = &source{School: status.School{ID: r.ID.String(), Name: r.Name, Province: r.Province},
			bureau: org.OfficeRef{ID: r.BureauID, Path: r.BureauPath, Province: r.BureauProvince}, bureauName: r.BureauName}
	}
	return schools, nil
}

// readLengths reads, by line, how many years the stage of a graduate took at the school of
// graduation in the school year of the graduation (学制, P12): what the school does since
// then says nothing about this graduate (P69).
func readLengths(t *store.Tx, found map[int]*namedGraduate, rules process.Policy) (map[int]int, error) {
	type asked struct {
		No        int       `json:"no"`
		School    uuid.UUID `json:"school"`
		Stage     org.Stage `json:"stage"`
		Year      int       `json:"year"`
		Otherwise int       `json:"otherwise"`
	}
	list := []asked{}
	for i, f := range found {
		on := f.GraduatedOn
		if on.IsZero() { // of a record from before the register
			on = t.Today()
		}
		list = append(list, asked{No: i, School: f.SchoolID, Stage: f.Stage, Year: rules.SchoolYearOn(on), Otherwise: rules.StageYears[f.Stage]})
	}
	text, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("read the schooling lengths of graduates: %w", err)
	}
	var rows []struct{ No, Years int }
	err = t.DB().Raw(`SELECT r.no, stage_years(r.school, r.stage, r.year, r.otherwise) AS years
		FROM jsonb_to_recordset(CAST(? AS jsonb)) AS r (no int, school uuid, stage text, year int, otherwise int)`, string(text)).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the schooling lengths of graduates: %w", err)
	}
	years := map[int]int{}
	for _, row := range rows {
		years[row.No] = row.Years
	}
	return years, nil
}
