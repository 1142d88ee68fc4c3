package change

import (
	"slices"
	"strings"

	"github.com/xueji/xueji/models/process"
	"github.com/xueji/xueji/models/refusal"
)

// Verb is the act of a slip on a running change.
type Verb string

// The verbs. Comments and drafts are no slips: they change nothing and need no answer.
const (
	VerbApprove   Verb = "APPROVE"   // 同意
	VerbReject    Verb = "REJECT"    // 驳回: ends the change, or is a vote against it
	VerbSendBack  Verb = "SEND_BACK" // 退回: to the applicant or an earlier step
	VerbResubmit  Verb = "RESUBMIT"  // 重新提交 after a send-back
	VerbWithdraw  Verb = "WITHDRAW"  // 撤回 by the office that filed
	VerbSupervise Verb = "SUPERVISE" // 督办 by a superior bureau
	VerbClose     Verb = "CLOSE"     // 终止 by the common superior, with a reason

	VerbClaim        Verb = "CLAIM"         // 签收: the author becomes the holder
	VerbRelease      Verb = "RELEASE"       // 退签: the task goes back to the role, or comes back from a delegation
	VerbTransfer     Verb = "TRANSFER_TASK" // 转办: a colleague becomes the holder
	VerbDelegate     Verb = "DELEGATE"      // 委派: a colleague advises, and the task comes back
	VerbAnswer       Verb = "ANSWER"        // 委派答复: the advice
	VerbAddSigner    Verb = "ADD_SIGNER"    // 加签 before or after the author
	VerbRemoveSigner Verb = "REMOVE_SIGNER" // 减签: a signer whom the author added
	VerbTakeBack     Verb = "TAKE_BACK"     // 取回: the author's last decision, while the next step has not acted
	VerbRemind       Verb = "REMIND"        // 催办 by the office that filed
	VerbCopy         Verb = "COPY"          // 抄送
	VerbHandOver     Verb = "HAND_OVER"     // 移交: the head gives away a task of a person who left
)

// Verbs lists every verb in a fixed order.
func Verbs() []Verb {
	return []Verb{
		VerbApprove, VerbReject, VerbSendBack, VerbResubmit, VerbWithdraw, VerbSupervise, VerbClose,
		VerbClaim, VerbRelease, VerbTransfer, VerbDelegate, VerbAnswer, VerbAddSigner, VerbRemoveSigner, VerbTakeBack, VerbRemind, VerbCopy, VerbHandOver,
	}
}

// unknownVerb is the refusal of a verb that is not in Verbs.
func unknownVerb() *refusal.Error {
	return refusal.New(refusal.InvalidInput).At("/verdict").WithText("field", "处理结果", "verdict").
		WithText("reason", "没有这种操作", "there is no such word")
}

// Decides reports whether the verb is a decision on a task.
func (v Verb) Decides() bool { return v == VerbApprove || v == VerbReject || v == VerbSendBack }

// OnTask reports whether the verb is about one task.
func (v Verb) OnTask() bool {
	switch v {
	case VerbApprove, VerbReject, VerbSendBack, VerbClaim, VerbRelease, VerbTransfer, VerbDelegate, VerbAnswer, VerbAddSigner, VerbRemoveSigner, VerbHandOver:
		return true
	case VerbResubmit, VerbWithdraw, VerbSupervise, VerbClose, VerbTakeBack, VerbRemind, VerbCopy:
		return false
	}
	return false
}

// NeedsOpinion reports whether a reason must be given.
func (v Verb) NeedsOpinion() bool {
	switch v {
	case VerbReject, VerbSendBack, VerbSupervise, VerbClose, VerbAnswer, VerbTakeBack, VerbHandOver:
		return true
	case VerbApprove, VerbResubmit, VerbWithdraw, VerbClaim, VerbRelease, VerbTransfer, VerbDelegate, VerbAddSigner, VerbRemoveSigner, VerbRemind, VerbCopy:
		return false
	}
	return false
}

// Known reports whether the verb is one of Verbs.
func (v Verb) Known() bool { return slices.Contains(Verbs(), v) }

// Text returns the verb as people read it in both languages.
func (v Verb) Text() process.Text {
	en := strings.ReplaceAll(string(v), "_", " ")
	if en != "" {
		en = en[:1] + strings.ToLower(en[1:])
	}
	return process.Text{Zh: v.shownName(), En: en}
}

// shownName returns the verb as people read it.
func (v Verb) shownName() string {
	switch v {
	case VerbApprove:
		return "同意"
	case VerbReject:
		return "驳回"
	case VerbSendBack:
		return "退回"
	case VerbResubmit:
		return "重新提交"
	case VerbWithdraw:
		return "撤回"
	case VerbSupervise:
		return "督办"
	case VerbClose:
		return "终止"
	case VerbClaim:
		return "签收"
	case VerbRelease:
		return "退签"
	case VerbTransfer:
		return "转办"
	case VerbDelegate:
		return "委派"
	case VerbAnswer:
		return "答复委派"
	case VerbAddSigner:
		return "加签"
	case VerbRemoveSigner:
		return "减签"
	case VerbTakeBack:
		return "取回"
	case VerbRemind:
		return "催办"
	case VerbCopy:
		return "抄送"
	case VerbHandOver:
		return "移交"
	}
	return string(v)
}
