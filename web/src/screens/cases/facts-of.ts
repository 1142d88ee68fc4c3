import type { Schemas } from '../../api/client'
import { inputLabel, inputValue, type Process } from '../../api/processes'
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

// formFacts lists the inputs of the form in the order of the process, with the words of codes;
// the class comes by its name, never by its ID.
export function formFacts(page: Page, process: Process | undefined): Fact[] {
  const given = page.inputs ?? {}
  const order = process?.inputs?.map((i) => i.name) ?? []
  const names = [...order.filter((n) => n in given), ...Object.keys(given).filter((n) => !order.includes(n))]
  return names.map((name) => ({
    label: inputLabel(process, name),
    value: name === 'class_id' && page.class ? `${page.class.grade} ${page.class.name}` : inputValue(process, name, given[name] ?? ''),
  }))
}
