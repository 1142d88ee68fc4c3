import { onBeforeUnmount, onMounted, ref, watch } from 'vue'
import { api, data, refusalOf } from '../../api/client'
import { t } from '../../words/words'

const pause = 2_000

// useDraft keeps an opinion that was begun, two seconds after the last key, and brings it back
// when the dialog opens again, on any computer. A draft that cannot be kept stops nobody: the
// text is still in the field, and the note says so.
export function useDraft(task: string, said: { opinion: string }, wanted: boolean) {
  const note = ref('')
  let timer: ReturnType<typeof setTimeout> | undefined
  let kept = ''
  let running = wanted
  // read: the server has said what it kept. Nothing is written over it before.
  let read = false
  const path = { task }

  async function load(): Promise<void> {
    try {
      const draft = await data(api.GET('/v1/tasks/{task}/draft', { params: { path } }))
      kept = draft.opinion
      if (draft.opinion && said.opinion === '') {
        said.opinion = draft.opinion
        note.value = t('decide.restored')
      }
    } catch (cause) {
      if (refusalOf(cause).status !== 404) throw cause // else there is none
    }
    read = true
  }

  async function save(): Promise<void> {
    clearTimeout(timer)
    if (!running) return
    try {
      if (!read) await load()
      const opinion = said.opinion
      if (opinion === kept) return
      if (opinion.trim() === '') {
        await data(api.DELETE('/v1/tasks/{task}/draft', { params: { path } }))
        note.value = ''
      } else {
        const draft = await data(api.PUT('/v1/tasks/{task}/draft', { params: { path }, body: { opinion } }))
        note.value = t('decide.saved', { time: draft.saved_at.slice(11, 16) })
      }
      kept = opinion
    } catch {
      note.value = t('decide.notSaved')
    }
  }

  watch(
    () => said.opinion,
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void save(), pause)
    },
  )
  onMounted(() => {
    if (wanted) void load().catch(() => {}) // the next save tries again
  })
  onBeforeUnmount(() => void save())

  return {
    note,
    stop(): void {
      clearTimeout(timer)
      running = false
    },
    start(): void {
      running = wanted
    },
  }
}
