package status

import (
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// checkSending holds the rules of a transfer that the releasing school files (KT53): the
// rules of 转学, except that the receiving school names the class later.
func checkSending(r Record, req Request, f Facts) []*refusal.Error {
	switch {
	case f.Policy.SeniorTransferBy != process.ByReleasing:
		return []*refusal.Error{refusal.New(refusal.SeniorByReceiving).At("/kind")}
	case f.To.ID == "" || f.To.Closed || f.To.Province != f.From.Province:
		return []*refusal.Error{refusal.New(refusal.ReceivingUnknown).At("/inputs/to_school")}
	case f.From.ID == f.To.ID:
		return []*refusal.Error{refusal.New(refusal.TransferSameSchool).At("/inputs/to_school")}
	}
	list := refusalsToRelease(r, f)
	if f.Class == nil && !f.Final && req.Inputs["class_id"] == "" {
		return list
	}
	return append(list, checkPlace(r, f, f.Policy.Grade(placeYear(f), f.Today), f.Policy.Grade(r.EntryYear, f.Today))...)
}

// checkLine holds the rules for one pupil of a list that a bureau moves between two of
// its schools (批量转学, KT54): the rules of 转学.
func checkLine(r Record, _ Request, f Facts) []*refusal.Error {
	if r.SchoolID != f.From.ID { // moved on since the list was filed
		return []*refusal.Error{refusal.New(refusal.ListPupil).At("/student_id")}
	}
	return append(refusalsToRelease(r, f), checkPlace(r, f, f.Policy.Grade(placeYear(f), f.Today), f.Policy.Grade(r.EntryYear, f.Today))...)
}

// refusalsToRelease returns the reasons that keep a pupil at the school, for a reader who may
// see the record.
func refusalsToRelease(r Record, f Facts) []*refusal.Error {
	var list []*refusal.Error
	if len(r.Problems) > 0 && !f.Policy.TransferProblem {
		list = append(list, refusal.New(refusal.ProblemStatus).At("/student_id"))
	}
	if r.Punished && !f.Policy.TransferPunished {
		list = append(list, refusal.New(refusal.PunishmentStands).At("/student_id"))
	}
	if f.From.Special && !f.To.Special { // KT57
		list = append(list, refusal.New(refusal.SendingSchoolType).At("/inputs/to_school"))
	}
	if !f.Starting {
		return list
	}
	for _, e := range transferSeason(r, f, f.Today) {
		if e.Field == "/pupil" { // named by a school that knows the record
			e = e.At("/student_id")
		}
		list = append(list, e)
	}
	return list
}
