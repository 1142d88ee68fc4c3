import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { api, data } from './client'
import { session } from './session'

// Choice is one entry of a list to choose from.
export type Choice = { code: string; label: string }

// useClasses reads the open classes of a school, as choices of a form; by default of the own one.
export function useClasses(enabled: Ref<boolean>, school: () => string | undefined = () => undefined) {
  const id = computed(() => school() ?? session.me?.org.id ?? '')
  const read = useQuery({
    queryKey: ['list-classes', id],
    queryFn: () => data(api.GET('/v1/orgs/{id}/classes', { params: { path: { id: id.value } } })),
    enabled,
  })
  const classes = computed<Choice[]>(() => {
    const grades = new Map((read.data.value?.grades ?? []).map((g) => [g.id, g.name]))
    const open = (read.data.value?.classes ?? []).filter((c) => !c.closed_at)
    return open.map((c) => {
      const grade = grades.get(c.grade) ?? ''
      return { code: c.id, label: classLabel(grade, c.name) }
    })
  })
  return { classes, error: read.error }
}

// classLabel is the name by which people know a class. Classes of all years are called alike:
// the year group stands before the name, unless the name begins with it.
export function classLabel(grade = '', name = ''): string {
  return name.startsWith(grade) ? name : [grade, name].filter(Boolean).join(' ')
}
