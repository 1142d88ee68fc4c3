package store

import (
	"slices"
	"strings"
)

// auditWords are the actions of the audit trail by the kind of their subject. An action
// is never removed, because old entries keep it.
const auditWords = `
account       account.close account.create account.password account.reset account.seal account.unlock account.unseal account.update login.failed proxy.add
change        case.decide case.rebuild change.day_failed change.dismiss change.ended change.file change.line_ended change.on_hold change.reveal change.struck slip.counted slip.refused step.passed
calendar      calendar.add
certificate   certificate.issue certificate.replace
certificate_stock certificate.give certificate.spoil
class         class.check_in class.close class.create class.sheet class.update
evidence      evidence.open evidence.upload
grade         grade.create
handover      handover.receive handover.send
job           job.cancel job.operator job.resume job.start job.state
lookup        enrolment.find identity.ask student.find
organisation  certificate.write org.close org.create org.reassign org.rename
plan          plan.set
policy        policy.add
proxy         proxy.revoke
punishment    punishment.cancel punishment.record
received_child received.close received.enter
roster        roster.ask_register roster.discard roster.enrol roster.findings roster.upload
school_year   school_year.set
session       session.open session.revoke token.create
student       deferral.cancel deferral.record student.create student.edit student.reveal student.tidy
webhook       webhook.add webhook.delete webhook.disable webhook.enable webhook.redeliver webhook.rotate webhook.test
`

// AuditActions lists the actions of the audit trail in order.
func AuditActions() []string {
	var list []string
	for line := range strings.Lines(auditWords) {
		if words := strings.Fields(line); len(words) > 0 {
			list = append(list, words[1:]...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// AuditSubjects lists the kinds of subjects of the audit trail in order.
func AuditSubjects() []string {
	var list []string
	for line := range strings.Lines(auditWords) {
		if words := strings.Fields(line); len(words) > 0 {
			list = append(list, words[0])
		}
	}
	return list
}
