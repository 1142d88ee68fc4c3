import { onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { api, data } from '../../api/client'
import { t } from '../../words/words'

const pause = 2_000

// useDraft keeps an opinion that was begun, two seconds after the last key, and brings it back
// when the dialog opens again, on any computer. A draft that cannot be kept disturbs nobody:
// the text is still in the field.
export function useDraft(task: string, said: { opinion: string }) {
  const note = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let kept = ''
  let running = true
  const path = { task }

  async function save(): Promise<void> {
    clearTimeout(timer)
    const opinion = said.opinion
    if (!running || opinion === kept) return
    try {
      if (opinion.trim() === '') {
        await data(api.DELETE('/v1/tasks/{task}/draft', { params: { path } }))
        note.value = ''
      } else {
        const draft = await data(api.PUT('/v1/tasks/{task}/draft', { params: { path }, body: { opinion } }))
        note.value = t('decide.saved', { time: draft.saved_at.slice(11, 16) })
      }
      kept = opinion
    } catch {
      note.value = ''
    }
  }

  watch(
    () => said.opinion,
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void save(), pause)
    },
  )
  onMounted(async () => {
    try {
      const draft = await data(api.GET('/v1/tasks/{task}/draft', { params: { path } }))
      if (draft.opinion && said.opinion === '') {
        kept = draft.opinion
        said.opinion = draft.opinion
        note.value = t('decide.restored')
      }
    } catch {
      // There is none.
    }
  })
  onBeforeUnmount(() => void save())

  return {
    note,
    stop(): void {
      clearTimeout(timer)
      running = false
    },
    start(): void {
      running = true
    },
  }
}
