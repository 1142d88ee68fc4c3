// kindsHere are the kinds this form can file: about one pupil of the own school or about the
// school itself, made from inputs and papers alone. The others need a pupil of another school, a list, a roster, key
// data or another case, and come with their own forms.
export const kindsHere: string[] = [
  'SUSPENSION',
  'SUSPENSION_EXTENSION',
  'REINSTATEMENT',
  'RETENTION',
  'SKIP',
  'GONE_ABROAD',
  'MISSING',
  'DEATH',
  'OTHER_LEAVING',
  'WITHDRAWAL',
  'EXPULSION',
  'DROPOUT_REPORT',
  'DROPOUT_RETURN',
  'GRADUATION_ROLLBACK',
  'PLAN_CHANGE',
]
