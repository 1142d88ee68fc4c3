import type { Schemas } from '../../api/client'

type Day = Schemas['CalendarDay']

// Span is a run of days, from the first to the last.
export type Span = { from: string; to: string }

// Festival is what a notice says about one occasion.
export type Festival = { occasion: string; off: Span[]; work: Span[] }

const day = 86_400_000

// spans joins days that follow one another.
function spans(days: string[]): Span[] {
  const list: Span[] = []
  for (const one of [...days].sort()) {
    const last = list[list.length - 1]
    if (last && Date.parse(one) - Date.parse(last.to) === day) last.to = one
    else list.push({ from: one, to: one })
  }
  return list
}

// festivals groups the days of a year by their occasion, in the order of the year.
export function festivals(days: Day[]): Festival[] {
  const names = [...new Set(days.map((d) => d.occasion))]
  const of = (occasion: string, kind: Day['kind']): Span[] => spans(days.filter((d) => d.occasion === occasion && d.kind === kind).map((d) => d.date))
  return names.map((occasion) => ({ occasion, off: of(occasion, 'OFF'), work: of(occasion, 'WORK') }))
}

// kinds are the words for the kind of a day that people write in a sheet.
const kinds: Record<string, Day['kind']> = { 放假: 'OFF', 休: 'OFF', 上班: 'WORK', 班: 'WORK', 调休上班: 'WORK' }

// rowsOf reads lines of a sheet: day, kind and occasion, between commas or tabs. What it cannot
// read goes to the API as it stands, which says what is wrong with it.
export function rowsOf(text: string): Schemas['CalendarRow'][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [date = '', kind = '', occasion = ''] = line.split(/[,，\t]/).map((cell) => cell.trim())
      return { date, kind: kinds[kind] ?? kind, occasion }
    })
}
