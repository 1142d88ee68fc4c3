// The roles of one account: those of a school, and those of a bureau.
export const schoolRoles = ['SCHOOL_SYSADMIN', 'SCHOOL_REGISTRAR', 'SCHOOL_LEADER', 'PRINCIPAL', 'GRADE_HEAD', 'CLASS_TEACHER'] as const
export const bureauRoles = ['BUREAU_SYSADMIN', 'BUREAU_REVIEWER', 'BUREAU_HEAD', 'BUREAU_VIEWER'] as const

// rolesOf gives the roles that exist in a kind of office.
export function rolesOf(kind: string): readonly ((typeof schoolRoles)[number] | (typeof bureauRoles)[number])[] {
  return kind === 'SCHOOL' ? schoolRoles : bureauRoles
}
