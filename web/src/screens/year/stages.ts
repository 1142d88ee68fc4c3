const all = ['PRIMARY', 'JUNIOR', 'SENIOR'] as const

// Stage is a stage of schooling.
export type Stage = (typeof all)[number]

// stages gives those a school has, in order; an office that names none may have any.
export function stages(of: string[]): Stage[] {
  return all.filter((s) => of.length === 0 || of.includes(s))
}

// endOfYear is the year in which the present school year ends, by the clock of this computer;
// a first suggestion, which the API checks.
export function endOfYear(): number {
  const now = new Date()
  return now.getMonth() >= 7 ? now.getFullYear() + 1 : now.getFullYear()
}
