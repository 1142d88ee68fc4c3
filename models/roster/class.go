package roster

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/refusal"
)

// classes finds classes by number, by name, and by what people write instead.
type classes struct {
	list   []Class
	byCode map[string]Class
	byName map[string][]string
	today  calendar.Date
}

func newClasses(list []Class, today calendar.Date) classes {
	c := classes{list: list, byCode: make(map[string]Class, len(list)), byName: make(map[string][]string, len(list)), today: today}
	for _, class := range list {
		c.byCode[class.Code] = class
		name := ClassWord(class.Name)
		c.byName[name] = append(c.byName[name], class.Code)
	}
	return c
}

// ClassWord makes 二年级（3）班 and 二年级3班 the same word.
func ClassWord(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '(' || r == ')' || isBlank(r) {
			return -1
		}
		return r
	}, halfWidth(name))
}

// class judges a class number. What stands there instead counts when only one
// class of the school can be meant: its name, or grade and number in any of the
// ways in which people write them.
func (j *judgement) class(s *slot, known classes) {
	if _, ok := known.byCode[s.value]; ok {
		return
	}
	meant := known.byName[ClassWord(s.value)]
	if len(meant) == 0 {
		meant = known.meant(s.value)
	}
	switch len(meant) {
	case 0:
		j.reject(s, refusal.SheetClassUnknown, nil)
	case 1:
		j.fix(s, refusal.SheetClassName, meant[0])
	default:
		j.reject(s, refusal.SheetClassAmbiguous, map[string]string{"classes": list(known.named(meant))})
	}
}

// named gives number and name of classes for a sentence.
func (c classes) named(codes []string) []string {
	words := make([]string, 0, len(codes))
	for _, code := range codes {
		words = append(words, strings.TrimSuffix(code+" "+c.byCode[code].Name, " "))
	}
	return words
}

// meant lists the classes that a text such as 二（4）班 or 2024级4班 may mean: those
// whose own name says the same, and those whose number says it as of today. A
// name that was not changed with the school year may belong to another class
// than the number: then both are meant, and nothing is guessed.
func (c classes) meant(text string) []string {
	typed, ok := readClass(text)
	if !ok {
		return nil
	}
	var codes []string
	for _, class := range c.list {
		named, hasName := readClass(class.Name)
		numbered, hasNumber := numberedClass(class.Code, c.today)
		if hasName && typed.agrees(named) || hasNumber && typed.agrees(numbered) {
			codes = append(codes, class.Code)
		}
	}
	slices.Sort(codes)
	return codes
}

// classRef is what a text says of a class; a zero part is not said.
type classRef struct {
	entryYear int
	grade     int // 1 to 12 through all stages; within the stage when inStage
	inStage   bool
	stage     ident.Stage
	number    int
}

// agrees reports whether a class can be the one a text speaks of.
func (r classRef) agrees(class classRef) bool {
	if r.number != class.number || r.stage != 0 && class.stage != 0 && r.stage != class.stage {
		return false
	}
	switch {
	case r.entryYear != 0:
		return r.entryYear == class.entryYear
	case r.grade != 0:
		return class.grade != 0 && r.throughAll() == class.throughAll()
	}
	return true
}

// throughAll counts a grade from the first of primary school: 初一 is the seventh.
func (r classRef) throughAll() int {
	if !r.inStage {
		return r.grade
	}
	return r.grade + map[ident.Stage]int{ident.JuniorStage: 6, ident.SeniorStage: 9}[r.stage]
}

// numberedClass reads a class number of the product's own rule.
func numberedClass(code string, today calendar.Date) (classRef, bool) {
	c, err := ident.ParseClassCode(code)
	if err != nil {
		return classRef{}, false
	}
	year := today.Year()
	if today.Month() < 8 { // the school year begins with August or September
		year--
	}
	return classRef{entryYear: c.EntryYear(), grade: year - c.EntryYear() + 1, inStage: true, stage: c.Stage(), number: c.Number()}, true
}

// classShape is stage, year of entry or grade, and number, once the numerals are
// digits between commas; the grade may be left out.
var classShape = regexp.MustCompile(`^(小学|初中|高中|小|初|高)?(?:,(\d{1,4}),(年级|级|年)?)?[-._/]?,(\d{1,2}),(班级|班)?$`)

// readClass reads 二（4）班, 二年级4班, 2年4班, 初一(3)班, 高二3班, 2024级4班 and their like.
func readClass(text string) (classRef, bool) {
	m := classShape.FindStringSubmatch(numerals(text))
	if m == nil {
		return classRef{}, false
	}
	r := classRef{stage: map[string]ident.Stage{
		"小学": ident.PrimaryStage, "小": ident.PrimaryStage, "初中": ident.JuniorStage, "初": ident.JuniorStage,
		"高中": ident.SeniorStage, "高": ident.SeniorStage,
	}[m[1]]}
	r.number, _ = strconv.Atoi(m[4])
	n, _ := strconv.Atoi(m[2])
	switch {
	case m[2] == "": // 4班: the number alone, if the word says that it is one
		return r, m[5] != "" && r.number > 0
	case len(m[2]) == 4 && m[3] != "年级" && m[3] != "年":
		r.entryYear = n
	case len(m[2]) == 2 && m[3] == "级":
		r.entryYear = 2000 + n
	case n >= 1 && n <= 12 && m[3] != "级":
		r.grade, r.inStage = n, r.stage > ident.PrimaryStage && n <= 6
	default:
		return r, false
	}
	return r, r.number > 0
}

// numerals writes every number of a text in digits between commas, without
// brackets and blanks: 二年级（十一）班 becomes ,2,年级,11,班 and 二4班 becomes ,2,,4,班.
func numerals(text string) string {
	const chinese = "〇一二三四五六七八九十"
	var b, digits strings.Builder
	var han []int
	flush := func() {
		if digits.Len() > 0 {
			b.WriteString("," + digits.String() + ",")
			digits.Reset()
		}
		for _, n := range grouped(han) {
			b.WriteString("," + strconv.Itoa(n) + ",")
		}
		han = han[:0]
	}
	for _, r := range strings.ReplaceAll(norm.NFKC.String(text), "零", "〇") {
		n := strings.IndexRune(chinese, r)
		switch {
		case r >= '0' && r <= '9':
			if len(han) > 0 {
				flush()
			}
			digits.WriteRune(r)
		case n >= 0:
			if digits.Len() > 0 {
				flush()
			}
			han = append(han, n/len("一"))
		default:
			flush()
			if !isBlank(r) && !strings.ContainsRune("()[]【】〔〕第", r) {
				b.WriteRune(r)
			}
		}
	}
	flush()
	return b.String()
}

// grouped makes numbers of Chinese numerals: 十二 is 12, 二十 is 20; other numerals
// side by side are numbers of their own, as in 二四班.
func grouped(han []int) []int {
	const ten = 10
	var list []int
	for i := 0; i < len(han); i++ {
		n := han[i]
		if n != ten && i+1 < len(han) && han[i+1] == ten {
			n, i = n*ten, i+1
		}
		if n >= ten && n%ten == 0 && i+1 < len(han) && han[i+1] > 0 && han[i+1] < ten {
			n, i = n+han[i+1], i+1
		}
		list = append(list, n)
	}
	return list
}
