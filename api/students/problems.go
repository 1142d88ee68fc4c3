package students

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/authz"
	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/ident"
	"github.com/xueji/xueji/models/problem"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/status"
	"github.com/xueji/xueji/models/store"
)

// problemRoutes registers the list of problem records.
func (s *server) problemRoutes() {
	rest.Register(s.rest, rest.Operation{
		ID: "list-problems", Method: http.MethodGet, Path: "/v1/problems", Action: authz.ProblemRead, Tag: "students",
		Summary: "Problem records of my office and below, the newest first (问题学籍)",
		Detail:  "The to-do list of KT10: what stands against which record, and which changes may be filed about it. Of the other record of a pair it tells the school and what that side has done, nothing else.",
	}, s.listProblems)
}

type problemListInput struct {
	rest.Paging
	Kind   string    `query:"kind" enum:"ID_ERROR,DUP_WITH_ID,DUP_WITHOUT_ID"`
	School uuid.UUID `query:"school_id" format:"uuid" doc:"Of one school only."`
}

// ProblemView is one open problem of a record.
type ProblemView struct {
	ID          uuid.UUID `json:"id" doc:"What the problem_id of a corroboration names."`
	Kind        string    `json:"kind" enum:"ID_ERROR,DUP_WITH_ID,DUP_WITHOUT_ID"`
	Label       string    `json:"label" example:"身份证号重复"`
	FoundAt     time.Time `json:"found_at"`
	StudentID   uuid.UUID `json:"student_id"`
	Name        string    `json:"student_name"`
	Number      string    `json:"student_number" doc:"Masked."`
	IDNumber    string    `json:"id_number" doc:"Masked."`
	School      string    `json:"school"`
	OtherSchool string    `json:"other_school,omitempty" doc:"The school of the other record."`
	OtherFiled  bool      `json:"other_filed,omitempty" doc:"The other side has filed a corroboration."`
	OtherPassed bool      `json:"other_passed,omitempty" doc:"The other side was found right."`
	Score       int       `json:"score,omitempty" doc:"How likely the two records are of one pupil, of 100."`
	Signs       []string  `json:"signs" doc:"What speaks for it, in words." example:"姓名同音"`
	Busy        bool      `json:"busy,omitempty" doc:"A change of the record is running; it comes first."`
	May         []string  `json:"may" doc:"The kinds of change that may be filed about it now." example:"PROBLEM_CORROBORATION"`
	Advice      string    `json:"advice" doc:"The same as a sentence."`
}

func problemLabel(kind string) process.Text {
	switch kind {
	case status.IDError:
		return process.Text{Zh: "身份证号有误", En: "The identity number is wrong"}
	case status.DupWithID:
		return process.Text{Zh: "身份证号重复", En: "Another record has the same identity number"}
	}
	return process.Text{Zh: "疑似同一人（姓名、性别、出生日期相同）", En: "Another record has the same name, sex and birth date"}
}

// likelyLabel says of two records that are likely of one pupil what speaks for it.
func likelyLabel(signs []ident.Sign) process.Text {
	var zh, en []string
	for _, s := range signs {
		z, e := s.Text()
		zh, en = append(zh, z), append(en, e)
	}
	return process.Text{Zh: "疑似同一人（" + strings.Join(zh, "、") + "）", En: "Another record is likely of the same pupil: " + strings.Join(en, ", ")}
}

func problemAdvice(p problem.OpenProblem) process.Text {
	switch {
	case p.Busy:
		return process.Text{Zh: "该生异动中，请等该业务办结后再处理。", En: "A change of this pupil is running; deal with the problem when it has ended."}
	case p.Kind == status.DupWithID && p.OtherPassed:
		return process.Text{Zh: "对方已佐证通过，本校该生须变更关键数据或删除。", En: "The other side was found right: amend the key data of your pupil, or delete the record."}
	}
	return process.Text{Zh: "请核对原件：信息有误的办理关键数据变更，属实的提交佐证，重复建籍的删除。", En: "Look at the originals: amend what is wrong, corroborate what is right, delete a record that was made twice."}
}

// Advice lists the sentences that say what to do about a problem record.
func Advice() map[string]process.Text {
	all := map[string]process.Text{}
	for name, line := range map[string]problem.OpenProblem{"BUSY": {Busy: true}, "OTHER_PASSED": {Kind: status.DupWithID, OtherPassed: true}, "OPEN": {}} {
		all["problem "+name] = problemAdvice(line)
	}
	return all
}

func (s *server) listProblems(ctx context.Context, in *problemListInput) (*rest.Body[*rest.Page[ProblemView]], error) {
	filter := problem.Filter{Kind: in.Kind, School: in.School}
	show := func(p problem.OpenProblem) ProblemView {
		v := ProblemView{ID: p.ID, Kind: p.Kind, Label: rest.InLanguage(ctx, problemLabel(p.Kind)), FoundAt: p.FoundAt, StudentID: p.StudentID, Name: p.StudentName,
			Number: p.NumberMasked, IDNumber: p.IDMasked, School: p.School, OtherSchool: p.OtherSchool, OtherFiled: p.OtherFiled, OtherPassed: p.OtherPassed,
			Score: p.Score, Signs: []string{}, Busy: p.Busy, May: []string{}, Advice: rest.InLanguage(ctx, problemAdvice(p))}
		if len(p.Signs) > 0 {
			v.Label = rest.InLanguage(ctx, likelyLabel(p.Signs))
		}
		for _, sign := range p.Signs {
			v.Signs = append(v.Signs, rest.InLanguage(ctx, textOf(sign.Text())))
		}
		for _, kind := range p.May() {
			v.May = append(v.May, string(kind))
		}
		return v
	}
	return rest.List(ctx, s.Store, in.Paging, rest.TimeKey{}, func(tx *store.Tx, key rest.TimeKey, most int) ([]problem.OpenProblem, error) {
		return problem.OpenProblems(tx, filter, key.At, key.ID, most)
	}, show, func(p problem.OpenProblem) rest.TimeKey { return rest.TimeKey{At: p.FoundAt, ID: p.ID} })
}
