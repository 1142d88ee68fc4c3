package changes

import (
	"context"
	"slices"

	"github.com/xueji/xueji/api/rest"
	"github.com/xueji/xueji/models/calendar"
	"github.com/xueji/xueji/models/change"
	"github.com/xueji/xueji/models/kinds"
	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// AftermathView is one thing that came of a correction (异动纠错).
type AftermathView struct {
	Code   string `json:"code" enum:"CASE_STRUCK,STRUCK_BY,PAPER_TO_SEND,PAPER_UNDERWAY,PLACE,ENDED" doc:"CASE_STRUCK and STRUCK_BY name a case; the others are left and need somebody."`
	CaseNo string `json:"case_no,omitempty" doc:"The case it is about." example:"52-20261120-000017"`
	Office string `json:"office,omitempty" doc:"Who must see to it."`
	Text   string `json:"text" doc:"What was struck, or what is left and what to do, as a sentence."`
}

// tellsOfStrike says whether a line of the timeline tells what came of a correction.
func tellsOfStrike(verb string) bool {
	return slices.Contains([]string{kinds.EventCaseStruck, kinds.EventStruckBy, change.EventResidue}, verb)
}

func (s *server) showAftermath(ctx context.Context, verb string, params map[string]string) AftermathView {
	code := verb
	if verb == change.EventResidue {
		code = params["what"]
	}
	fill := map[string]string{}
	for name, value := range params {
		fill[name] = value
	}
	if rest.LanguageOf(ctx) == refusal.English && params["kind_en"] != "" {
		fill["kind"] = params["kind_en"]
	}
	words := aftermathWords(code)
	if code == change.ResiduePlace && params["is"] == "" { // for those who may not read the record
		words = placeUntold()
	}
	return AftermathView{Code: code, CaseNo: params["case"], Office: params["school"], Text: refusal.Fill(rest.InLanguage(ctx, words), fill)}
}

// placeUntold is LeavesPlace for a school that the pupil left: no class is told.
func placeUntold() process.Text {
	return process.Text{Zh: "该生误办前后的班级不同，纠错不改班级：请{school}核对班级。", En: "The pupil is in another class than before the mistake; a correction leaves the class as it is: {school} checks it."}
}

// struckSentence stands at the top of the page of a struck case.
func (s *server) struckSentence(ctx context.Context, p ChangePage) string {
	day := calendar.DateOf(*p.StruckAt).String()
	return sayNext(rest.LanguageOf(ctx), nextStruck, map[string]string{"day": day, "case": p.StruckBy})
}

// aftermathWords are the sentences of what comes of a correction.
func aftermathWords(code string) process.Text {
	switch code {
	case kinds.EventCaseStruck:
		return process.Text{Zh: "已纠错：{kind}（{case}）及其历史记录不再作数。", En: "Struck: {kind} ({case}) and its lines of the history do not count any more."}
	case kinds.EventStruckBy:
		return process.Text{Zh: "本业务已被异动纠错（{case}）认定为误办，不再作数。", En: "This case was struck as a mistake by the correction {case}; it does not count any more."}
	case kinds.ResiduePaperToSend:
		return process.Text{Zh: "纸质档案已随误办业务移交：请{from}在 {due} 前寄回{into}，并登记。", En: "The paper file went along with the mistake: {from} sends it back to {into} by {due} and notes that."}
	case kinds.ResiduePaperUnderway:
		return process.Text{Zh: "纸质档案已由{from}寄出，尚未到达：请{into}收到后登记。", En: "{from} has sent the paper file and it has not arrived: {into} notes when it does."}
	case change.ResiduePlace:
		return process.Text{Zh: "该生误办前在{was}，恢复后在{is}，纠错不改班级：请{school}核对班级。", En: "Before the mistake the pupil was in {was}, after it was undone in {is}; a correction leaves the class as it is: {school} checks it."}
	case kinds.ResidueEndedChange:
		return process.Text{Zh: "误办的死亡注销终止了{kind}（{case}），该业务不会自动恢复：仍需办理的，请{school}重新申请。", En: "The mistaken death had ended {kind} ({case}), which does not come back by itself: {school} files it again if it is still wanted."}
	}
	return process.Text{Zh: code, En: code}
}
