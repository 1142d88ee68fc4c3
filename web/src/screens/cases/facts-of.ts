import type { Schemas } from '../../api/client'
import { t } from '../../words/words'

export type Page = Schemas['ChangePage']
export type Fact = { label: string; value: string }

// pupilFacts lists what is known about the pupil; numbers come masked.
export function pupilFacts(page: Page): Fact[] {
  const p = page.pupil
  if (!p) return page.student_name ? [{ label: t('case.name'), value: page.student_name }] : []
  return [
    { label: t('case.name'), value: p.name },
    { label: t('case.number'), value: p.student_number },
    { label: t('case.identity'), value: p.id_number },
    { label: t('case.school'), value: p.school },
    { label: t('case.entry'), value: p.entry_year ? String(p.entry_year) : '' },
    { label: t('case.stage'), value: p.stage ? t(`stage.${p.stage as 'PRIMARY' | 'JUNIOR' | 'SENIOR'}`) : '' },
  ].filter((f) => f.value)
}

// formFacts lists the inputs of the form with their names and what their values mean, in the
// order of the form.
export function formFacts(page: Page): Fact[] {
  return page.form.map((item) => ({ label: item.label, value: item.value_label }))
}
