package identity

import (
	"fmt"
	"slices"
)

// Answer is a verdict of the population database. The set is closed; the values
// are stable and may be stored.
type Answer string

// The answers, with the advice of the national platform's own FAQ (S2q, P22).
const (
	// Match: name and number belong together. Nothing is to be done.
	Match Answer = "MATCH"
	// NotFound (身份证件号不存在): name and number do not match; the platform's words
	// say less than they mean. The school compares both with the household
	// register (户口簿) letter by letter; when they agree with it, the parents ask
	// the household office (户籍部门).
	NotFound Answer = "NOT_FOUND"
	// Cancelled (挖库注销): the number is abnormal and was cancelled. The parents ask
	// the household office why.
	Cancelled Answer = "CANCELLED"
	// DuplicateRemoved (消除重复人口): the person was registered twice and the police
	// cancelled this registration. The parents give the school the number that
	// stayed; when this was the only registration, they ask the household office to
	// restore it.
	DuplicateRemoved Answer = "DUPLICATE_REMOVED"
	// Migrating (迁/流出): the registration is moving, cancelled at the old place and
	// not yet entered at the new one. The parents see to it that the new household
	// office enters it; then the question is asked again.
	Migrating Answer = "MIGRATING"
)

// Answers gives the closed set.
func Answers() []Answer {
	return []Answer{Match, NotFound, Cancelled, DuplicateRemoved, Migrating}
}

// ParseAnswer takes an answer exactly as it is written. Anything else is an
// error that wraps ErrNoAnswer and does not repeat the text, which may hold
// anything.
func ParseAnswer(text string) (Answer, error) {
	if a := Answer(text); slices.Contains(Answers(), a) {
		return a, nil
	}
	return "", fmt.Errorf("%w: what it said is none of the known answers", ErrNoAnswer)
}

// Passed says that the identity is confirmed. An empty answer did not pass.
func (a Answer) Passed() bool { return a == Match }

// Names gives what people call the answer, in Chinese and in English.
func (a Answer) Names() (zh, en string) {
	switch a {
	case Match:
		return "认证通过", "name and number match"
	case NotFound:
		return "身份证件号不存在（姓名与证件号不符）", "name and number do not match"
	case Cancelled:
		return "挖库注销", "number cancelled"
	case DuplicateRemoved:
		return "消除重复人口", "registered twice, this registration was removed"
	case Migrating:
		return "迁/流出", "registration is moving"
	}
	return string(a), string(a)
}
