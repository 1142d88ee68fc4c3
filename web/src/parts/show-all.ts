import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

// useShowAll holds the state of the switch above a list. It stands in the address, so that
// "back" finds the list as it was.
export function useShowAll(): WritableComputedRef<boolean> {
  const route = useRoute()
  const router = useRouter()
  return computed({
    get: () => route.query.all === '1',
    set: (on) => void router.replace({ query: on ? { all: '1' } : {} }),
  })
}
