import { onBeforeUnmount, onMounted, type Ref, ref, watch } from 'vue'
import { api, data, newKey, type Refusal, refusalOf, type Schemas } from '../../api/client'
import { t } from '../../words/words'

type Body = Schemas['ChangeBody']

// pause is how long a change waits for the next save: no longer, however fast a person types.
const pause = 2_000

// newId makes the ID of a draft.
export function newId(): string {
  return newKey().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

// readDraft reads a filing that was begun, with the ETag that the next save needs.
export async function readDraft(id: string): Promise<{ draft: Schemas['FilingDraft']; tag: string }> {
  const call = api.GET('/v1/drafts/{id}', { params: { path: { id } } })
  const draft = await data(call)
  return { draft, tag: (await call).response.headers.get('ETag') ?? '' }
}

// useKeeping saves a filing that was begun by itself, and says when. What was saved from another
// page meanwhile is never written over without a question: clash holds what the server said.
export function useKeeping(id: string, body: () => Body, worth: () => boolean, begun: () => void) {
  const note = ref('')
  const clash: Ref<Refusal | null> = ref(null)
  let tag = ''
  let kept = '' // the body that the server has
  let unsure = '' // a body whose answer got lost: the server may have it
  let open = true
  let there = true // the page is
  let timer: ReturnType<typeof setTimeout> | undefined
  let saving: Promise<void> | undefined

  function later(wait: number): void {
    timer ??= setTimeout(() => void save(), wait)
  }

  async function save(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    while (saving) await saving
    const text = JSON.stringify(body())
    if (!open || !kept || clash.value || text === kept || !(tag || worth())) return
    saving = put(text).finally(() => (saving = undefined))
    await saving
  }

  async function put(text: string): Promise<void> {
    const first = !tag
    try {
      if (unsure && unsure !== text) await send(unsure)
      note.value = t('filing.savedAt', { time: await send(text) })
      if (first && there) begun()
    } catch (cause) {
      const refusal = refusalOf(cause)
      note.value = t('filing.notSaved')
      if (refusal.code === 'draft_changed' || refusal.code === 'draft_gone') {
        clash.value = refusal
        note.value = ''
      } else if (refusal.definite) {
        note.value = t('filing.notSavedWhy', { why: refusal.message })
      } else if (there) {
        later(5 * pause)
      }
    }
  }

  // send gives the time at which the server has kept a body.
  async function send(text: string): Promise<string> {
    unsure = text
    try {
      const call = api.PUT('/v1/drafts/{id}', { params: { path: { id }, header: tag ? { 'If-Match': tag } : {} }, body: JSON.parse(text) as Body })
      const draft = await data(call)
      tag = (await call).response.headers.get('ETag') ?? ''
      kept = text
      unsure = ''
      return draft.saved_at.slice(11, 19)
    } catch (cause) {
      if (refusalOf(cause).definite) unsure = ''
      throw cause
    }
  }

  // hide saves at once what might not be there to be saved later.
  function hide(): void {
    if (document.visibilityState === 'hidden') void save()
  }

  watch(body, () => later(pause), { deep: true })
  onMounted(() => document.addEventListener('visibilitychange', hide))
  onBeforeUnmount(() => {
    there = false
    document.removeEventListener('visibilitychange', hide)
    void save().finally(() => (open = false))
  })

  return {
    note,
    clash,
    // starts says what the server has, an empty ETag that it has nothing. Nothing is saved before.
    starts(etag: string): void {
      tag = etag
      kept = JSON.stringify(body())
    },
    // stop saves nothing any more, and resolves when the last save is over.
    async stop(): Promise<void> {
      open = false
      clearTimeout(timer)
      timer = undefined
      await saving
    },
    // resume goes on after a filing that was refused.
    resume(): void {
      open = true
      later(pause)
    },
    // overwrite puts what stands on this page in place of what the server has.
    async overwrite(): Promise<void> {
      const now = await readDraft(id)
      tag = now.tag
      clash.value = null
      await save()
    },
  }
}
