package policy

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
	"github.com/xueji/xueji/models/store"
)

// SchoolYear is the two terms (学期) of a school year (学年) in a province. It is called after
// the year in which its first term begins.
type SchoolYear struct {
	Year    int
	Terms   [process.TermsPerYear]process.SchoolTerm `gorm:"-"`
	SetAt   *time.Time                               // nil where the policy gives the days
	Version int64                                    // 0 where the policy gives the days
}

// Term is one term of a school year with its number, 1 or 2.
type Term struct {
	Year int
	No   int
	process.SchoolTerm
}

type schoolYearRow struct {
	SchoolYear
	FirstFrom, FirstTo, SecondFrom, SecondTo calendar.Date
}

func (r schoolYearRow) schoolYear() SchoolYear {
	y := r.SchoolYear
	y.Terms = [process.TermsPerYear]process.SchoolTerm{{First: r.FirstFrom, Last: r.FirstTo}, {First: r.SecondFrom, Last: r.SecondTo}}
	return y
}

const schoolYearColumns = `year, first_from, first_to, second_from, second_to, set_at, version`

// ReadSchoolYear returns the terms of a school year: as the province set them, else by its
// policy of today.
func ReadSchoolYear(t *store.Tx, province string, year int) (SchoolYear, error) {
	var row schoolYearRow
	err := t.DB().Raw(`SELECT `+schoolYearColumns+` FROM school_year WHERE province_code = ? AND year = ?`, province, year).Take(&row).Error
	if err == nil {
		return row.schoolYear(), nil
	}
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return SchoolYear{}, fmt.Errorf("read a school year: %w", err)
	}
	rules, err := InForce(t, province)
	return SchoolYear{Year: year, Terms: rules.TermsOf(year)}, err
}

// SchoolYears lists the school years that a province has set, the newest first.
func SchoolYears(t *store.Tx, province string) ([]SchoolYear, error) {
	var rows []schoolYearRow
	if err := t.DB().Raw(`SELECT `+schoolYearColumns+` FROM school_year WHERE province_code = ? ORDER BY year DESC`, province).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list school years: %w", err)
	}
	list := make([]SchoolYear, len(rows))
	for i, r := range rows {
		list[i] = r.schoolYear()
	}
	return list, nil
}

// TermOn returns the term to which a day of a province belongs: the term that is running,
// in the holidays the next one.
func TermOn(t *store.Tx, province string, day calendar.Date) (Term, error) {
	for year := day.Year() - 1; year <= day.Year()+1; year++ {
		y, err := ReadSchoolYear(t, province, year)
		if err != nil {
			return Term{}, err
		}
		for i, s := range y.Terms {
			if !day.After(s.Last) {
				return Term{Year: y.Year, No: i + 1, SchoolTerm: s}, nil
			}
		}
	}
	return Term{}, fmt.Errorf("no term of %s follows %s", province, day)
}

// Pointers of the days of a school year in a request, in their order.
func termPointers() []string {
	return []string{"/terms/0/first_day", "/terms/0/last_day", "/terms/1/first_day", "/terms/1/last_day"}
}

// SetSchoolYear sets the terms of a school year in the name of an account of the province's
// own office. BasedOn is the version the caller read, 0 where the policy gave the days.
func SetSchoolYear(t *store.Tx, province string, year int, terms [process.TermsPerYear]process.SchoolTerm, basedOn int64) (SchoolYear, error) {
	if err := checkTerms(t, province, year, terms); err != nil {
		return SchoolYear{}, err
	}
	days := map[string]any{"province": province, "year": year, "a": terms[0].First, "b": terms[0].Last, "c": terms[1].First, "d": terms[1].Last,
		"who": t.Scope().Account, "now": t.Now(), "version": basedOn}
	statement := `UPDATE school_year SET first_from = @a, first_to = @b, second_from = @c, second_to = @d, set_by = @who, set_at = @now, version = version + 1
		WHERE province_code = @province AND year = @year AND version = @version`
	if basedOn == 0 {
		statement = `INSERT INTO school_year (province_code, year, first_from, first_to, second_from, second_to, set_by, set_at)
			VALUES (@province, @year, @a, @b, @c, @d, @who, @now) ON CONFLICT DO NOTHING`
	}
	rows, err := t.Exec(statement, days)
	if err != nil {
		return SchoolYear{}, fmt.Errorf("set a school year: %w", err)
	}
	if rows != 1 {
		return SchoolYear{}, refusal.New(refusal.VersionConflict).At("/based_on")
	}
	if err := t.Audit("school_year.set", "school_year", fmt.Sprintf("%s/%d", province, year), nil); err != nil {
		return SchoolYear{}, err
	}
	return ReadSchoolYear(t, province, year)
}

// checkTerms refuses days that run backward, a first term that begins in another year, and
// terms that overlap those of the school years before and after. It names each day.
func checkTerms(t *store.Tx, province string, year int, terms [process.TermsPerYear]process.SchoolTerm) error {
	days := []calendar.Date{terms[0].First, terms[0].Last, terms[1].First, terms[1].Last}
	at := termPointers()
	var list []*refusal.Error
	if days[0].Year() != year {
		list = append(list, refusal.New(refusal.TermYear).At(at[0]).With("year", strconv.Itoa(year)))
	}
	for i := 1; i < len(days); i++ {
		if !days[i-1].Before(days[i]) {
			list = append(list, refusal.New(refusal.TermBackward).At(at[i]).With("day", days[i-1].String()))
		}
	}
	before, err := ReadSchoolYear(t, province, year-1)
	if err != nil {
		return err
	}
	after, err := ReadSchoolYear(t, province, year+1)
	if err != nil {
		return err
	}
	if last := before.Terms[1].Last; !last.Before(days[0]) {
		list = append(list, refusal.New(refusal.TermOverlaps).At(at[0]).With("year", strconv.Itoa(year-1)).With("day", last.String()))
	}
	if first := after.Terms[0].First; !slices.MaxFunc(days, calendar.Date.Compare).Before(first) {
		list = append(list, refusal.New(refusal.TermOverlaps).At(at[3]).With("year", strconv.Itoa(year+1)).With("day", first.String()))
	}
	return refusal.Join(list...)
}
