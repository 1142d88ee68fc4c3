import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

// useAddress keeps a filter of a list in the address, so that "back" finds the list as it was.
// Only codes and opaque IDs may stand there, never a name or a number of a person.
export function useAddress(): (name: string) => WritableComputedRef<string> {
  const route = useRoute()
  const router = useRouter()
  return (name) =>
    computed({
      get: () => (typeof route.query[name] === 'string' ? (route.query[name] as string) : ''),
      set: (value) => void router.replace({ query: { ...route.query, [name]: value || undefined } }),
    })
}
