package ident

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/xueji/xueji/models/calendar"
)

// Someone holds the facts about a pupil with which two records are compared (查重).
type Someone struct {
	Name, Sex string
	Birth     calendar.Date
	// Card is the key of the citizen identity number; nil when there is none.
	Card   []byte
	Family []Kin
}

// Kin is a member of a pupil's family: keys of the document and of the telephone, nil when
// they are unknown.
type Kin struct {
	Name            string
	Document, Phone []byte
}

// Sign is one thing that speaks for two records being of one pupil.
type Sign string

// The signs.
const (
	SignSameName    Sign = "SAME_NAME"
	SignNameOrder   Sign = "NAME_ORDER"
	SignNameLooks   Sign = "NAME_LOOKS"
	SignNameSounds  Sign = "NAME_SOUNDS"
	SignNameNear    Sign = "NAME_NEAR"
	SignSameBirth   Sign = "SAME_BIRTH"
	SignBirthSwap   Sign = "BIRTH_SWAPPED"
	SignBirthNear   Sign = "BIRTH_NEAR"
	SignKinDocument Sign = "KIN_DOCUMENT"
	SignKinPhone    Sign = "KIN_PHONE"
	SignKinName     Sign = "KIN_NAME"
)

// Signs gives the closed set.
func Signs() []Sign {
	return []Sign{SignSameName, SignNameOrder, SignNameLooks, SignNameSounds, SignNameNear, SignSameBirth, SignBirthSwap, SignBirthNear, SignKinDocument, SignKinPhone, SignKinName}
}

// Text gives the sign in words, in Chinese and in English.
func (s Sign) Text() (zh, en string) {
	switch s {
	case SignSameName:
		return "姓名相同", "the same name"
	case SignNameOrder:
		return "姓名用字相同、顺序不同", "the characters of the name in another order"
	case SignNameLooks:
		return "姓名有一字形近", "one character of the name looks alike"
	case SignNameSounds:
		return "姓名同音", "the name sounds alike"
	case SignNameNear:
		return "姓名有一字不同", "one character of the name differs"
	case SignSameBirth:
		return "出生日期相同", "the same birth date"
	case SignBirthSwap:
		return "出生月日互换", "month and day of birth exchanged"
	case SignBirthNear:
		return "出生日期相差不超过三天", "birth dates within three days"
	case SignKinDocument:
		return "家庭成员证件号相同", "a family member with the same document"
	case SignKinPhone:
		return "家庭成员电话相同", "a family member with the same telephone"
	case SignKinName:
		return "家庭成员姓名相同", "a family member of the same name"
	}
	return string(s), string(s)
}

// Likeness is how likely two records are of one pupil, and why.
type Likeness struct {
	Score int // 0 to 100
	Signs []Sign
}

// MostLikeness is the likeness of a record with itself.
const MostLikeness = 100

// The weights. A name and a birth date that are typed alike speak most; no single other
// thing makes one pupil of two. The family of twins is the same and so is their birth date:
// names of which one character differs stay below what a province may set as its least score.
const (
	weightSameName, weightNameOrder, weightNameLooks, weightNameSounds, weightNameNear = 50, 42, 40, 36, 12
	weightSameBirth, weightBirthSwap, weightBirthNear                                  = 30, 25, 20
	weightKinDocument, weightKinPhone, weightKinName                                   = 20, 12, 10
	otherSex                                                                           = 15
)

// LeastScore is the lowest score that may count as a likely double: twins of whom one
// character of the name differs score less.
const LeastScore = 75

// Compare says how likely two records are of one pupil. Two identity cards tell two people
// apart, however alike they are; so do names or birth dates that have nothing in common.
func Compare(a, b *Someone) Likeness {
	if a.Card != nil && b.Card != nil && !bytes.Equal(a.Card, b.Card) {
		return Likeness{}
	}
	var l Likeness
	if !l.count(likeName(a.Name, b.Name)) || !l.count(likeBirth(a.Birth, b.Birth)) {
		return Likeness{}
	}
	l.count(likeFamily(a.Family, b.Family))
	if a.Sex != b.Sex {
		l.Score -= otherSex
	}
	l.Score = min(l.Score, MostLikeness)
	return l
}

// count adds a sign; false when there is none.
func (l *Likeness) count(s Sign, weight int) bool {
	if weight == 0 {
		return false
	}
	l.Score += weight
	l.Signs = append(l.Signs, s)
	return true
}

func likeName(a, b string) (Sign, int) {
	a, b = NameKey(a), NameKey(b)
	if a == b {
		return SignSameName, weightSameName
	}
	x, y := []rune(a), []rune(b)
	if len(x) != len(y) || len(x) < 2 {
		return "", 0
	}
	if sameInOrder(x, y) {
		return SignNameOrder, weightNameOrder
	}
	var at []int
	for i := range x {
		if x[i] != y[i] {
			at = append(at, i)
		}
	}
	switch {
	case len(at) == 1 && lookAlike(x[at[0]], y[at[0]]):
		return SignNameLooks, weightNameLooks
	case slices.Equal(sounds(a), sounds(b)):
		return SignNameSounds, weightNameSounds
	case len(at) == 1 && len(x) > 2:
		return SignNameNear, weightNameNear
	}
	return "", 0
}

// sameInOrder says whether two names have the same characters.
func sameInOrder(a, b []rune) bool {
	x, y := slices.Clone(a), slices.Clone(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// nearDays is how many days two birth dates may lie apart: a day typed wrongly, or the day
// of the report for the day of birth.
const nearDays = 3

func likeBirth(a, b calendar.Date) (Sign, int) {
	switch {
	case a.IsZero() || b.IsZero():
		return "", 0
	case a == b:
		return SignSameBirth, weightSameBirth
	case swapped(a) == b:
		return SignBirthSwap, weightBirthSwap
	case a.AddDays(-nearDays).Compare(b) <= 0 && b.Compare(a.AddDays(nearDays)) <= 0:
		return SignBirthNear, weightBirthNear
	}
	return "", 0
}

// swapped is a date with month and day exchanged; zero when that is none.
func swapped(d calendar.Date) calendar.Date {
	other, err := calendar.ParseCompactDate(d.Compact()[:4] + d.Compact()[6:] + d.Compact()[4:6])
	if err != nil {
		return calendar.Date{}
	}
	return other
}

func likeFamily(a, b []Kin) (Sign, int) {
	sign, most := Sign(""), 0
	for _, x := range a {
		for _, y := range b {
			switch {
			case x.Document != nil && bytes.Equal(x.Document, y.Document):
				return SignKinDocument, weightKinDocument
			case x.Phone != nil && bytes.Equal(x.Phone, y.Phone):
				sign, most = SignKinPhone, weightKinPhone
			case most == 0 && x.Name != "" && SameName(x.Name, y.Name):
				sign, most = SignKinName, weightKinName
			}
		}
	}
	return sign, most
}

// LikenessKeys gives the texts by whose hashes records are found that may be of one pupil:
// two records that Compare scores at LeastScore or more share one of them.
func LikenessKeys(p *Someone) []string {
	if p.Birth.IsZero() {
		return nil
	}
	day := p.Birth.Compact()
	// The sound is that of the same name, too, and of its characters in another order.
	names := []string{"sound " + SoundKey(p.Name), "shape " + ShapeKey(p.Name)}
	// Dates at most so far apart share a span of one of two rows of spans, which begin at
	// different days.
	const span = 2*nearDays + 1
	days := calendar.Date{}.DaysUntil(p.Birth)
	births := []string{
		" near " + strconv.Itoa(days/span), " nigh " + strconv.Itoa((days+nearDays)/span),
		" swap " + day[:4] + max(day[4:6], day[6:]) + min(day[4:6], day[6:]),
	}
	var list []string
	for _, n := range names {
		for _, b := range births {
			list = append(list, n+b)
		}
	}
	return list
}
