import { classLabel } from '../../api/classes'
import type { Schemas } from '../../api/client'
import { t, type Key } from '../../words/words'

type Page = Schemas['Student']
type Fact = { label: string; value: string }

const fact = (label: Key, value: string): Fact => ({ label: t(label), value })
const yes = (is: boolean): string => t(is ? 'app.yes' : 'app.no')

// nameOf returns the name of the pupil.
export const nameOf = (page: Page): string => page.items.find((i) => i.field === 'name')?.value ?? ''

// whoFacts lists by what a form says whom it is about.
export function whoFacts(page: Page): Fact[] {
  return [
    fact('case.name', nameOf(page)),
    fact('case.number', page.student_number || t('app.none')),
    fact('case.school', page.school_name),
    fact('records.state', page.facets.status_label),
    fact('records.problems', page.facets.problem_labels.join(t('app.comma')) || t('app.none')),
  ]
}

// stateFacts lists the facets of a record in words.
export function stateFacts(page: Page): Fact[] {
  const f = page.facets
  return [
    fact('records.state', f.status_label),
    fact('records.inRegister', yes(f.in_register)),
    fact('records.onCampus', yes(f.on_campus)),
    fact('records.holdsSeat', yes(f.holds_seat)),
    fact('records.dropout', yes(f.dropout)),
    fact('records.dedupe', f.dedupe_label),
    fact('records.identityCheck', f.identity_label),
    fact('records.problems', f.problem_labels.join(t('app.comma')) || t('app.none')),
  ]
}

// placeFacts lists where the pupil is and by which number the register knows them.
export function placeFacts(page: Page): Fact[] {
  return [
    fact('case.school', page.school_name),
    fact('case.stage', t(`stage.${page.stage as 'PRIMARY' | 'JUNIOR' | 'SENIOR'}`)),
    fact('case.entry', String(page.entry_year)),
    fact('records.class', classLabel(page.grade_name, page.class_name) || t('app.none')),
    fact('records.numberClass', page.facets.number_class_label || t('app.none')),
  ]
}

// Cell is a fact in a table of three facts a row; a long one takes the room of two or three.
type Cell = Fact & { span: number }

// packed lays facts into rows of three, in their order; the last one of a row fills it.
export function packed(facts: Fact[]): Cell[][] {
  const rows: Cell[][] = []
  let left = 0
  for (const fact of facts) {
    const span = fact.value.length > 34 ? 3 : fact.value.length > 12 ? 2 : 1
    const row = rows[rows.length - 1]
    if (row && span <= left) {
      row.push({ ...fact, span })
      left -= span
      continue
    }
    if (row) row[row.length - 1]!.span += left
    rows.push([{ ...fact, span }])
    left = 3 - span
  }
  const last = rows[rows.length - 1]
  if (last) last[last.length - 1]!.span += left
  return rows
}
