package changes

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/casepage"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/placing"
	"github.com/xueji/xueji/models/transfer"
)

// LineView is one pupil of a list; a pupil who was struck stays visible.
type LineView struct {
	StudentID uuid.UUID  `json:"student_id"`
	Pupil     *PupilView `json:"pupil" doc:"As it was when the list was filed; numbers masked."`
	ClassID   uuid.UUID  `json:"class_id"`
	Class     string     `json:"class" example:"2024级 1班"`
	From      string     `json:"from,omitempty" doc:"Of a change of class: the class the pupil leaves." example:"2024级 2班"`
	Verdict   string     `json:"verdict" enum:"LISTED,STRUCK,MOVED" doc:"LISTED waits for the decisions, STRUCK was taken out (剔除), MOVED is in force."`
	Code      string     `json:"code,omitempty" doc:"Why the system struck it."`
	Reason    string     `json:"reason,omitempty" doc:"The same as a sentence, or the reason a school gave."`
	By        string     `json:"by,omitempty" doc:"The school that struck it."`
	// CorrectedAt and CorrectedBy are of a move that was a mistake.
	CorrectedAt *time.Time `json:"corrected_at,omitempty" doc:"When the move of this pupil was struck as a mistake (异动纠错)."`
	CorrectedBy string     `json:"corrected_by,omitempty" doc:"Case number of the correction."`
}

func (s *server) showLine(ctx context.Context, l transfer.ListedPupilView) LineView {
	v := LineView{StudentID: l.StudentID, Pupil: showPupil(l.Subject), ClassID: l.ClassID, Class: l.Class, Verdict: l.Verdict, Reason: l.Reason, By: l.By,
		CorrectedAt: l.CorrectedAt, CorrectedBy: l.CorrectedBy}
	if l.Struck != nil {
		v.Code, v.Reason = string(l.Struck.Code), rest.Sentence(ctx, l.Struck)
	}
	return v
}

// placedLines are the lines of a list that gives pupils classes of their school (分班、调班).
func placedLines(p *casepage.Page) []placing.LineView {
	own, _ := p.Own.(placing.Page)
	return own.Lines
}

func (s *server) showPlaced(ctx context.Context, l placing.LineView) LineView {
	v := LineView{StudentID: l.StudentID, Pupil: showPupil(l.Subject), ClassID: l.ClassID, Class: l.Class, From: l.From, Verdict: l.Verdict}
	if l.Struck != nil {
		v.Code, v.Reason = string(l.Struck.Code), rest.Sentence(ctx, l.Struck)
	}
	return v
}

// StrikeBody takes one pupil out of a list.
type StrikeBody struct {
	StudentID uuid.UUID `json:"student_id" format:"uuid"`
	Reason    string    `json:"reason" maxLength:"500" text:"free"`
}

func strikes(list []StrikeBody) []change.Strike {
	struck := make([]change.Strike, len(list))
	for i, k := range list {
		struck[i] = change.Strike(k)
	}
	return struck
}
