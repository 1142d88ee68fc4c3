import { useQueryClient } from '@tanstack/vue-query'
import { useRouter } from 'vue-router'
import { useAttempt } from '../../api/attempt'
import { api, data, newKey, Refusal } from '../../api/client'
import { t } from '../../words/words'

const most = 500 // of the API, in one filing

// useLines files a list of pupils with the classes they go to, and opens the case.
export function useLines(kind: 'CLASS_ASSIGNMENT' | 'CLASS_CHANGE') {
  const router = useRouter()
  const queries = useQueryClient()
  const attempts = useAttempt()
  let key = newKey() // whatever is sent of one list is one case

  async function file(lines: { student_id: string; class_id: string }[], reason: string): Promise<void> {
    await attempts.attempt(async () => {
      if (!lines.length) throw new Refusal({ status: 422, code: 'required', detail: t('placing.nobody') })
      if (lines.length > most) throw new Refusal({ status: 422, code: 'too_many', detail: t('placing.most', { n: most }) })
      const inputs: Record<string, string> = reason ? { reason } : {}
      const body = { kind, lines, inputs }
      const made = await data(api.POST('/v1/changes', { params: { header: { 'Idempotency-Key': key } }, body }))
      await queries.invalidateQueries()
      await router.push({ name: 'case', params: { id: made.id } })
    })
    if (attempts.refusal.value?.definite) key = newKey()
  }
  return { ...attempts, file }
}
