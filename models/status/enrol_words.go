package status

import (
	"strings"

	"github.com/xueji/xueji/models/process"
)

// Text names the state in both languages, for sentences a person reads.
func (e Enrol) Text() process.Text { return process.Text{Zh: e.Label(), En: e.english()} }

// english returns the English word for the state.
func (e Enrol) english() string {
	switch e {
	case Draft:
		return "not reported"
	case PendingSchool:
		return "awaiting the school's review"
	case PendingBureau:
		return "awaiting the bureau's review"
	case Enrolled:
		return "enrolled"
	case Suspended:
		return "suspended"
	case Withdrawn:
		return "withdrawn"
	case Expelled:
		return "expelled"
	case Missing:
		return "missing"
	case OtherLeft:
		return "left otherwise"
	case Abroad:
		return "gone abroad"
	case TransferredOut:
		return "transferred out"
	case Graduated:
		return "graduated"
	case Completed:
		return "completed without a diploma"
	case Incomplete:
		return "left before the end"
	case Deceased:
		return "deceased"
	case Deleted:
		return "deleted"
	}
	return string(e)
}

// namesOf names the states of which one is needed.
func namesOf(states []Enrol) process.Text {
	var zh, en []string
	for _, s := range states {
		text := s.Text()
		zh, en = append(zh, text.Zh), append(en, text.En)
	}
	text := process.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}
	if last := strings.LastIndex(text.En, ", "); last >= 0 {
		text.En = text.En[:last] + " or " + text.En[last+2:]
	}
	return text
}
