// Package sample makes up pupils for demonstrations, benchmarks and tests.
//
// No pupil is real: the sequence numbers of the identity numbers are 996 to 999,
// which are hardly ever given out, the telephone numbers begin with prefixes that
// are not in public use, e-mail addresses end in example.com, and names are put
// together at random. The same seed gives the same pupils.
package sample

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/division"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/roster"
)

// Pupils makes n pupils of the school and classes of a submission, in order of
// the classes, with identity numbers that are unique among them. Up to 100,000
// are possible in any number of classes. Class codes must be of the product's
// own rule (ident.ClassCode), because the age follows from the year of entry.
func Pupils(seed uint64, n int, in *roster.Submission) (iter.Seq[roster.Pupil], error) {
	m := maker{in: in}
	for _, c := range in.Classes {
		code, err := ident.ParseClassCode(c.Code)
		if err != nil {
			return nil, fmt.Errorf("sample pupils: %w", err)
		}
		m.classes = append(m.classes, code)
	}
	if len(m.classes) == 0 {
		return nil, errors.New("sample pupils: the school has no class")
	}
	school, err := ident.ParseSchoolCode(in.SchoolCode)
	if err != nil {
		return nil, fmt.Errorf("sample pupils: %w", err)
	}
	for _, d := range in.Divisions.All() {
		if d.Level == division.County {
			m.counties = append(m.counties, d)
			if d.Code.Province() == school.Province() {
				m.near = append(m.near, d)
			}
		}
	}
	if len(m.near) == 0 {
		m.near = m.counties
	}
	return func(yield func(roster.Pupil) bool) {
		run := m                                                                     // every iteration starts anew
		run.rng, run.used = rand.New(rand.NewPCG(seed, 20260901)), map[string]bool{} //nolint:gosec // made-up people, the same for the same seed
		for i := range n {
			if !yield(run.pupil(run.classes[i*len(run.classes)/n], i)) {
				return
			}
		}
	}, nil
}

type maker struct {
	in       *roster.Submission
	classes  []ident.ClassCode
	counties []division.Division
	near     []division.Division // of the school's own province
	rng      *rand.Rand
	used     map[string]bool
}

func pick[T any](m *maker, list []T) T { return list[m.rng.IntN(len(list))] }

func (m *maker) pupil(class ident.ClassCode, i int) roster.Pupil {
	home := m.near[0]
	if m.rng.IntN(10) < 3 {
		home = pick(m, m.near)
	}
	sex := ident.Sex(1 + m.rng.IntN(2))
	family := m.surname()
	address := m.address(home)
	number, born := m.unusedID(home, sex, class)
	phone := m.phone()
	p := roster.Pupil{
		roster.SchoolCode: m.in.SchoolCode, roster.Name: family + m.given(), roster.Sex: fmt.Sprint(int(sex)),
		roster.BirthDate: born, roster.IDType: "1", roster.IDNumber: number,
		roster.ClassCode: class.String(), roster.EntryMonth: fmt.Sprintf("%d09", class.EntryYear()),
		"birth_division": home.Code.Twelve(), "native_place": "贵州省", "ethnicity": pick(m, []string{"01", "01", "01", "06", "09", "12"}),
		roster.Nationality: "CHN", "overseas_code": "00", "health": "10", "political_status": "13", "household_type": "2",
		"household_division": home.Code.Twelve(), "entry_mode": "11", "study_mode": "1",
		roster.AddressNow: address, "address_mail": address, "address_home": address, "phone": phone, "postcode": "550002",
		"only_child": m.flag(8), "preschool": m.flag(9), "left_behind": "0", "needs_aid": m.flag(1), "boarding_subsidy": "0",
		"orphan": "0", "martyr_child": "0", "distance_km": fmt.Sprintf("%d.%d", m.rng.IntN(5), m.rng.IntN(10)),
		"commute_mode": "1", "needs_school_bus": "0", "blood_type": "9", "class_seat_no": fmt.Sprintf("%02d", i%55+1),
		"source": "1", "disability": "0", "gov_bought_place": "0", "inclusive_class": "0", "migrant_child": m.flag(1),
	}
	m.member(p, 1, ident.Male, family+m.given(), "51", address, phone, home)
	m.member(p, 2, ident.Female, m.surname()+m.given(), "52", address, m.phone(), home)
	return p
}

func (m *maker) member(p roster.Pupil, n int, sex ident.Sex, name, relation, address, phone string, home division.Division) {
	for item, value := range map[string]string{
		"name": name, "relation": relation, "address": address, "household_division": home.Code.Twelve(),
		"phone": phone, "is_guardian": "1", "id_type": "1", "ethnicity": "01",
		"id_number": m.id(home, sex, m.day(1984+m.rng.IntN(12), 1)),
	} {
		p[roster.Field(fmt.Sprintf("member%d_%s", n, item))] = value
	}
}

// flag gives yes in tenths of all cases.
func (m *maker) flag(tenths int) string {
	if m.rng.IntN(10) < tenths {
		return "1"
	}
	return "0"
}

// day gives a day of the twelve months from September before or of the year.
func (m *maker) day(year, month int) string {
	first, err := calendar.NewDate(year, 1, 1)
	if err != nil {
		return ""
	}
	return first.AddDays((month-1)*30 + m.rng.IntN(365)).Compact()
}

// unusedID gives an identity number no other pupil of this run has, for a child
// of the usual age of the class.
func (m *maker) unusedID(home division.Division, sex ident.Sex, class ident.ClassCode) (number, born string) {
	age := 6 * int(class.Stage()) // 6 and 12
	if class.Stage() == ident.SeniorStage {
		age = 15
	}
	for {
		// The year of birth begins in September: older children are seven at most.
		born = m.day(class.EntryYear()-age-1, 9)
		if number = m.id(home, sex, born); !m.used[number] {
			m.used[number] = true
			return number, born
		}
		home = pick(m, m.counties)
	}
}

// id puts an identity number together; its check character is the one that parses.
func (m *maker) id(home division.Division, sex ident.Sex, born string) string {
	sequence := 996 + 2*m.rng.IntN(2) + int(sex)%2
	digits := fmt.Sprintf("%s%s%d", home.Code.Six(), born, sequence)
	for _, check := range "0123456789X" {
		if _, err := ident.ParseCitizenID(digits + string(check)); err == nil {
			return digits + string(check)
		}
	}
	return ""
}

func (m *maker) phone() string {
	return pick(m, []string{"154", "160", "161", "163", "164", "168", "169"}) + fmt.Sprintf("%08d", m.rng.IntN(1e8))
}

func (m *maker) address(home division.Division) string {
	return fmt.Sprintf("%s%s%d栋%d单元%d%02d室", m.in.Divisions.FullName(home),
		pick(m, []string{"桃源居", "翠竹苑", "清风里", "紫荆苑", "丽景湾", "和谐家园"}),
		1+m.rng.IntN(40), 1+m.rng.IntN(4), 1+m.rng.IntN(30), 1+m.rng.IntN(6))
}

func (m *maker) surname() string {
	return pick(m, []string{"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "罗", "高", "欧阳", "诸葛"})
}

func (m *maker) given() string {
	characters := []rune("子涵欣怡梓轩浩宇诗雨晨曦思远若溪俊杰语嫣博文雅婷明哲佳琪天佑可心睿泽一诺安然书瑶景行知远乐彤")
	name := string(pick(m, characters))
	if m.rng.IntN(5) > 0 {
		name += string(pick(m, characters))
	}
	return name
}
