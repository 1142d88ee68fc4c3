package store

import "github.com/xueji/xueji/models/refusal"

// Verb is the act of a slip on a running change.
type Verb string

// The verbs. Comments and drafts are no slips: they change nothing and need no answer.
const (
	Approve   Verb = "APPROVE"   // 同意
	Reject    Verb = "REJECT"    // 驳回: ends the change, or is a vote against it
	SendBack  Verb = "SEND_BACK" // 退回: to the applicant or an earlier step
	Resubmit  Verb = "RESUBMIT"  // 重新提交 after a send-back
	Withdraw  Verb = "WITHDRAW"  // 撤回 by the office that filed
	Supervise Verb = "SUPERVISE" // 督办 by a superior bureau
	Close     Verb = "CLOSE"     // 终止 by the common superior, with a reason

	ClaimTask    Verb = "CLAIM"         // 签收: the author becomes the holder
	Release      Verb = "RELEASE"       // 退签: the task goes back to the role, or comes back from a delegation
	TransferTask Verb = "TRANSFER_TASK" // 转办: a colleague becomes the holder
	Delegate     Verb = "DELEGATE"      // 委派: a colleague advises, and the task comes back
	Answer       Verb = "ANSWER"        // 委派答复: the advice
	AddSigner    Verb = "ADD_SIGNER"    // 加签 before or after the author
	RemoveSigner Verb = "REMOVE_SIGNER" // 减签: a signer whom the author added
	TakeBack     Verb = "TAKE_BACK"     // 取回: the author's last decision, while the next step has not acted
	Remind       Verb = "REMIND"        // 催办 by the office that filed
	CopyTo       Verb = "COPY"          // 抄送
	HandOver     Verb = "HAND_OVER"     // 移交: the head gives away a task of a person who left
)

// Verbs lists every verb in a fixed order.
func Verbs() []Verb {
	return []Verb{
		Approve, Reject, SendBack, Resubmit, Withdraw, Supervise, Close,
		ClaimTask, Release, TransferTask, Delegate, Answer, AddSigner, RemoveSigner, TakeBack, Remind, CopyTo, HandOver,
	}
}

// unknownVerb is the refusal of a verb that is not in Verbs.
func unknownVerb() *refusal.Error {
	return refusal.New(refusal.InvalidInput).At("/verdict").WithText("field", "处理结果", "verdict").
		WithText("reason", "没有这种操作", "there is no such word")
}

// Decides reports whether the verb is a decision on a task.
func (v Verb) Decides() bool { return v == Approve || v == Reject || v == SendBack }

// OnTask reports whether the verb is about one task.
func (v Verb) OnTask() bool {
	switch v {
	case Approve, Reject, SendBack, ClaimTask, Release, TransferTask, Delegate, Answer, AddSigner, RemoveSigner, HandOver:
		return true
	case Resubmit, Withdraw, Supervise, Close, TakeBack, Remind, CopyTo:
		return false
	}
	return false
}

// NeedsOpinion reports whether a reason must be given.
func (v Verb) NeedsOpinion() bool {
	switch v {
	case Reject, SendBack, Supervise, Close, Answer, TakeBack, HandOver:
		return true
	case Approve, Resubmit, Withdraw, ClaimTask, Release, TransferTask, Delegate, AddSigner, RemoveSigner, Remind, CopyTo:
		return false
	}
	return false
}

// word returns the verb as people read it.
func (v Verb) word() string {
	switch v {
	case Approve:
		return "同意"
	case Reject:
		return "驳回"
	case SendBack:
		return "退回"
	case Resubmit:
		return "重新提交"
	case Withdraw:
		return "撤回"
	case Supervise:
		return "督办"
	case Close:
		return "终止"
	case ClaimTask:
		return "签收"
	case Release:
		return "退签"
	case TransferTask:
		return "转办"
	case Delegate:
		return "委派"
	case Answer:
		return "答复委派"
	case AddSigner:
		return "加签"
	case RemoveSigner:
		return "减签"
	case TakeBack:
		return "取回"
	case Remind:
		return "催办"
	case CopyTo:
		return "抄送"
	case HandOver:
		return "移交"
	}
	return string(v)
}
