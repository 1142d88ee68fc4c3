package ident

import "slices"

// Answer is a verdict of the population database (人口库) about a name and a citizen
// identity number. The set is closed; the values are stable and may be stored.
type Answer string

// The answers, with the advice of the national platform's own FAQ (S2q, P22).
const (
	// AnswerMatch: name and number belong together. Nothing is to be done.
	AnswerMatch Answer = "MATCH"
	// AnswerNotFound (身份证件号不存在): name and number do not match; the platform's
	// words say less than they mean. The school compares both with the household
	// register (户口簿) letter by letter; when they agree with it, the parents ask
	// the household office (户籍部门).
	AnswerNotFound Answer = "NOT_FOUND"
	// AnswerCancelled (挖库注销): the number is abnormal and was cancelled. The parents
	// ask the household office why.
	AnswerCancelled Answer = "CANCELLED"
	// AnswerDuplicate (消除重复人口): the person was registered twice and the police
	// cancelled this registration. The parents give the school the number that
	// stayed; when this was the only registration, they ask the household office to
	// restore it.
	AnswerDuplicate Answer = "DUPLICATE_REMOVED"
	// AnswerMigrating (迁/流出): the registration is moving, cancelled at the old place
	// and not yet entered at the new one. The parents see to it that the new household
	// office enters it; then the question is asked again.
	AnswerMigrating Answer = "MIGRATING"
)

// Answers gives the closed set.
func Answers() []Answer {
	return []Answer{AnswerMatch, AnswerNotFound, AnswerCancelled, AnswerDuplicate, AnswerMigrating}
}

// Known says that the answer is one of the closed set.
func (a Answer) Known() bool { return slices.Contains(Answers(), a) }

// Passed says that the identity is confirmed. An empty answer did not pass.
func (a Answer) Passed() bool { return a == AnswerMatch }

// Names gives what people call the answer, in Chinese and in English.
func (a Answer) Names() (zh, en string) {
	switch a {
	case AnswerMatch:
		return "认证通过", "name and number match"
	case AnswerNotFound:
		return "身份证件号不存在（姓名与证件号不符）", "name and number do not match"
	case AnswerCancelled:
		return "挖库注销", "number cancelled"
	case AnswerDuplicate:
		return "消除重复人口", "registered twice, this registration was removed"
	case AnswerMigrating:
		return "迁/流出", "registration is moving"
	}
	return string(a), string(a)
}

// Advice tells a school what to do about the answer, in Chinese and in English; nothing for
// a match (P22).
func (a Answer) Advice() (zh, en string) {
	switch a {
	case AnswerMatch:
	case AnswerNotFound:
		return "请对照户口簿核对姓名和证件号：抄错的，申请“关键数据变更”；与户口簿一致的，请家长到户籍部门核实。",
			"Compare name and number with the household register: if they were copied wrongly, file a change of key data; if they agree with it, the parents ask the household office."
	case AnswerCancelled:
		return "号码异常已被注销。请家长到户籍部门核实原因；取得有效号码后，申请“关键数据变更”。",
			"The number was cancelled as abnormal. The parents ask the household office why; with a valid number, file a change of key data."
	case AnswerDuplicate:
		return "重复户口已被公安机关注销。请家长向学校提供保留的号码，申请“关键数据变更”；如仅有此户口，请家长到户籍部门申请恢复。",
			"The police removed a double registration. The parents give the school the number that stayed: file a change of key data. If it was the only one, they ask the household office to restore it."
	case AnswerMigrating:
		return "户口已从原地迁出、尚未在新地落户。请家长到迁入地户籍部门办理落户；系统将定期重新认证。",
			"The household left the old place and is not yet registered at the new one. The parents register it at the new household office; the register asks again from time to time."
	}
	return "", ""
}
