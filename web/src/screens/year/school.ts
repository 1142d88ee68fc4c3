import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { refusalOf, type Refusal } from '../../api/client'
import { useOffice } from '../../api/offices'
import { session } from '../../api/session'
import { stages, type Stage } from './stages'

// useSchool holds the school that a page of the year is about, the own one or the one that a
// bureau chooses, and the stages it teaches.
export function useSchool(): { school: Ref<string>; has: ComputedRef<Stage[]>; refusal: ComputedRef<Refusal | null> } {
  const school = ref(session.atSchool() ? (session.me?.org.id ?? '') : '')
  const read = useOffice(school)
  const has = computed(() => (read.data.value ? stages(read.data.value.stages) : []))
  return { school, has, refusal: computed(() => (read.error.value ? refusalOf(read.error.value) : null)) }
}
