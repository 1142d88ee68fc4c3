import { ref } from 'vue'
import { Refusal, refusalOf } from './client'

// useAttempt lets a form make one attempt at a time, and keeps the refusal of the last one.
export function useAttempt() {
  const busy = ref(false)
  const refusal = ref<Refusal | null>(null)
  async function attempt(call: () => Promise<void>): Promise<void> {
    if (busy.value) return
    busy.value = true
    refusal.value = null
    try {
      await call()
    } catch (cause) {
      refusal.value = refusalOf(cause)
    } finally {
      busy.value = false
    }
  }
  return { busy, refusal, attempt }
}
