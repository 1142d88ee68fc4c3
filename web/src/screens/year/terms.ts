import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { api, data } from '../../api/client'
import { t } from '../../words/words'

// Term is a term of a school year, which is called after the year in which it begins.
export type Term = { year: number; term: 1 | 2 }

const back = 6 // terms, three school years

// nameOf gives the name of a term.
export function nameOf(of: Term): string {
  return t(of.term === 1 ? 'checkIn.first' : 'checkIn.second', { from: of.year, to: of.year + 1 })
}

// useTerms reads the term of today in the province, and lists it with those before it.
export function useTerms() {
  const read = useQuery({ queryKey: ['list-school-years'], queryFn: () => data(api.GET('/v1/school-years')) })
  const terms = computed<Term[]>(() => {
    const now = read.data.value?.now
    if (!now) return []
    const count = now.year * 2 + now.term - 1
    return Array.from({ length: back }, (_, i) => ({ year: Math.floor((count - i) / 2), term: (count - i) % 2 === 0 ? 1 : 2 }))
  })
  return { terms, error: read.error }
}
