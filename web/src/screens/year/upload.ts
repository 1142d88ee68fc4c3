import { useQueryClient } from '@tanstack/vue-query'
import { ref, shallowRef } from 'vue'
import { useAttempt } from '../../api/attempt'
import { newKey } from '../../api/client'

// Case is a case that came of a sheet.
export type Case = { id: string; case_no: string }

// useUpload sends a sheet twice: at once for a preview, and again to be filed. The preview ends
// with the filing. The call gets the file, whether it is the preview, and the key of the file.
export function useUpload<P>(call: (sheet: File, dry: boolean, key: string) => Promise<{ preview: P | null; filed: Case[] }>) {
  const queries = useQueryClient()
  const { busy, refusal, attempt } = useAttempt()
  let key = newKey() // whatever is sent of one file is filed once
  const file = ref<File | null>(null)
  const preview = shallowRef<P | null>(null)
  const filed = ref<Case[]>([])

  async function send(dry: boolean): Promise<void> {
    const sheet = file.value
    if (!sheet) return
    await attempt(async () => {
      const answer = await call(sheet, dry, key)
      preview.value = answer.preview
      filed.value = answer.filed
      if (!dry) await queries.invalidateQueries()
    })
    if (refusal.value?.definite) key = newKey()
  }

  function choose(chosen: File | null): void {
    file.value = chosen
    key = newKey()
    preview.value = null
    filed.value = []
    void send(true)
  }
  return { busy, refusal, attempt, file, preview, filed, send, choose }
}
