import { computed, onBeforeUnmount, ref } from 'vue'
import { newKey, type Refusal, refusalOf, type Schemas } from '../../api/client'
import { usePresence } from '../../api/presence'
import { t } from '../../words/words'
import { refusedBy, settled } from './say'

type Slip = Schemas['SlipView']

// useSaying hands in what a dialog says, once however often it is asked to, and watches it until
// the register has counted it. A word that needs no counting gives no slip.
export function useSaying(send: (key: string) => Promise<Slip | undefined>, counted: (notice: string) => void, draft?: { stop(): void; start(): void }) {
  // Made when the dialog opens: whatever is sent from here is one word. A refusal used the key
  // up; after a fault of the network the same one is sent again.
  let key = newKey()
  // busy stops a second click. The button is not disabled meanwhile: that would take the focus out
  // of the dialog and bring it back over the answer.
  const busy = ref(false)
  // pending: the server has the word and has not counted it yet; cut: it cannot be asked.
  const pending = ref(false)
  const cut = ref(false)
  const presence = usePresence(() => {})
  const refusal = ref<Refusal | null>(null)
  let open = true
  onBeforeUnmount(() => (open = false))

  const state = computed(() => {
    if (pending.value) return t(cut.value ? 'decide.cut' : 'decide.pending')
    return busy.value ? t('decide.sending') : ''
  })

  async function confirm(): Promise<void> {
    if (busy.value) return
    busy.value = true
    refusal.value = null
    draft?.stop()
    let received = false
    try {
      const slip = await send(key)
      received = true
      pending.value = slip?.outcome === 'PENDING'
      const final = slip && (await settled(slip, { open: () => open, here: presence.here, cut: (now) => (cut.value = now) }))
      received = final?.outcome !== 'REFUSED'
      if (final && !received) throw refusedBy(final)
      if (open) counted(final?.notice ?? '')
    } catch (cause) {
      refusal.value = refusalOf(cause)
      if (refusal.value.definite && !received) key = newKey()
      draft?.start()
    } finally {
      busy.value = false
      pending.value = false
      cut.value = false
    }
  }

  return { busy, pending, refusal, state, confirm }
}
