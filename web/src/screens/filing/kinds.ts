import type { Process } from '../../api/processes'

// kindsHere are the kinds this form can file: made from inputs, papers, items of the sheet and
// one pupil, or none. The others need a list, a roster, a problem or another case, or are filed
// by a bureau, and come with their own pages.
export const kindsHere: string[] = [
  'TRANSFER',
  'SENIOR_TRANSFER',
  'SUSPENSION',
  'SUSPENSION_EXTENSION',
  'REINSTATEMENT',
  'RETENTION',
  'SKIP',
  'GRADE_ADJUSTMENT',
  'KEY_DATA_CHANGE',
  'GONE_ABROAD',
  'RETURN_FROM_ABROAD',
  'MISSING',
  'DEATH',
  'OTHER_LEAVING',
  'RESTORE_ADMISSION',
  'WITHDRAWAL',
  'EXPULSION',
  'DROPOUT_REPORT',
  'DROPOUT_RETURN',
  'NEW_RECORD_IMMIGRANT',
  'ARBITRATION',
  'ADMISSION_ARBITRATION',
  'GRADUATION_ROLLBACK',
  'POST_GRADUATION_STUDY',
  'PLAN_CHANGE',
]

// About is whom a case is about: a pupil of the own school, one of another school, somebody
// without a record, or the school itself.
export type About = 'OWN' | 'OTHER' | 'NEW' | 'SCHOOL'

// aboutOf tells whom a case of a kind is about.
export function aboutOf(process: Process | undefined): About {
  if (process?.subject === 'OFFICE') return 'SCHOOL'
  if (process?.subject === 'PERSON') return 'NEW'
  return process?.receives ? 'OTHER' : 'OWN'
}
