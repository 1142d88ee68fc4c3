import { either } from './words'

// The words of codes that the API gives bare. A code that is not here is shown as it is, and
// the browser tests, which look for codes on the page, fail.
type Both = { zh: string; en: string }

const roles: Record<string, Both> = {
  SCHOOL_SYSADMIN: { zh: '学校系统管理员', en: 'school administrator' },
  SCHOOL_REGISTRAR: { zh: '学籍管理员', en: 'registrar' },
  SCHOOL_LEADER: { zh: '学籍主管领导', en: 'school leader' },
  PRINCIPAL: { zh: '校长', en: 'principal' },
  GRADE_HEAD: { zh: '年级组长', en: 'grade head' },
  CLASS_TEACHER: { zh: '班主任', en: 'class teacher' },
  BUREAU_SYSADMIN: { zh: '教育局系统管理员', en: 'bureau administrator' },
  BUREAU_REVIEWER: { zh: '教育局学籍管理员', en: 'bureau reviewer' },
  BUREAU_HEAD: { zh: '教育局科长', en: 'bureau head' },
  BUREAU_VIEWER: { zh: '教育局查询员', en: 'bureau viewer' },
}

const verbs: Record<string, Both> = {
  APPROVE: { zh: '同意', en: 'Approve' },
  REJECT: { zh: '驳回', en: 'Reject' },
  SEND_BACK: { zh: '退回', en: 'Send back' },
  RESUBMIT: { zh: '重新提交', en: 'Resubmit' },
  WITHDRAW: { zh: '撤回', en: 'Withdraw' },
  SUPERVISE: { zh: '督办', en: 'Supervise' },
  CLOSE: { zh: '终止', en: 'Close' },
  CLAIM: { zh: '签收', en: 'Claim' },
  RELEASE: { zh: '退签', en: 'Release' },
  TRANSFER_TASK: { zh: '转办', en: 'Transfer' },
  DELEGATE: { zh: '委派', en: 'Delegate' },
  ANSWER: { zh: '答复委派', en: 'Answer' },
  ADD_SIGNER: { zh: '加签', en: 'Add a signer' },
  REMOVE_SIGNER: { zh: '减签', en: 'Remove a signer' },
  TAKE_BACK: { zh: '取回', en: 'Take back' },
  REMIND: { zh: '催办', en: 'Remind' },
  COPY: { zh: '抄送', en: 'Copy' },
  HAND_OVER: { zh: '移交', en: 'Hand over' },
  COMMENT: { zh: '留言', en: 'Comment' },
  FILED: { zh: '提交', en: 'Filed' },
  APPROVED_AHEAD: { zh: '审批通过，待生效', en: 'Approved, not yet in force' },
  PASSED: { zh: '环节通过', en: 'Step passed' },
  CASE_STRUCK: { zh: '误办业务已纠错', en: 'Case struck' },
  STRUCK_BY: { zh: '被异动纠错', en: 'Struck by a correction' },
  DEADLINE_MOVED: { zh: '期限已调整', en: 'Deadline moved' },
  FAILED: { zh: '系统终止', en: 'Ended by the system' },
  REMINDED_50: { zh: '期限过半提醒', en: 'Reminded at half time' },
  REMINDED_80: { zh: '期限将到提醒', en: 'Reminded near the end' },
  NO_ANSWER: { zh: '系统未得到答复', en: 'No answer' },
  NOT_APPLIED: { zh: '未能生效', en: 'Could not take effect' },
  ON_HOLD: { zh: '暂缓', en: 'On hold' },
  OVERDUE: { zh: '已逾期', en: 'Overdue' },
  TOTAL_WARNED: { zh: '总时限预警', en: 'Total time warned' },
  CLEARED: { zh: '已由优先业务终止', en: 'Ended by other business' },
  LEAVES: { zh: '遗留事项', en: 'Left to do' },
  OFFICE_CHANGED: { zh: '办理单位已变更', en: 'Office changed' },
  OPERATOR: { zh: '运维处理', en: 'Operator acted' },
}

function word(table: Record<string, Both>, code: string | undefined): string {
  return code ? either(table[code]) || code : ''
}

// roleName gives what people call a role.
export function roleName(code: string | undefined): string {
  return word(roles, code)
}

// verbName gives what somebody did, or may do.
export function verbName(code: string | undefined): string {
  return word(verbs, code)
}
