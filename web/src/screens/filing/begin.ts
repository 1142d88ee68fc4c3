import { api, data, type Schemas } from '../../api/client'
import { readDraft } from './keep'

type File = Pick<Schemas['Evidence'], 'id' | 'file_name'>

// Begun is a filing as a form finds it: a draft, an ended case that is filed again, or a pupil
// whom another page has chosen.
export type Begun = {
  filing: Partial<Schemas['ChangeBody']>
  tag: string // of the draft, for its next save
  pupil: string // the name
  className: string
  papers: Record<string, File[]>
}

// begin reads what the address of the form leads to. It names opaque IDs only.
export async function begin(from: { draft: string; redo: string; pupil: string }): Promise<Begun> {
  if (from.draft) {
    const { draft, tag } = await readDraft(from.draft)
    return { filing: draft.filing, tag, pupil: draft.student_name ?? '', className: '', papers: byKind(draft.papers) }
  }
  if (from.redo) {
    const params = { path: { id: from.redo } }
    const [filing, page] = await Promise.all([data(api.GET('/v1/changes/{id}/redo', { params })), data(api.GET('/v1/changes/{id}', { params }))])
    const named = (filing.evidence ?? []).flatMap((ref) => {
      const paper = page.evidence.find((p) => p.id === ref.id)
      return paper ? [{ ...ref, file_name: paper.file_name }] : []
    })
    return { filing, tag: '', pupil: page.student_name ?? '', className: '', papers: byKind(named) }
  }
  if (from.pupil) {
    const is = await data(api.GET('/v1/students/{id}', { params: { path: { id: from.pupil } } }))
    const name = is.items.find((i) => i.field === 'name')?.value ?? ''
    return { filing: { student_id: is.id }, tag: '', pupil: name, className: is.class_name ?? '', papers: {} }
  }
  return { filing: {}, tag: '', pupil: '', className: '', papers: {} }
}

function byKind(papers: { id: string; kind: string; file_name: string }[]): Record<string, File[]> {
  const all: Record<string, File[]> = {}
  for (const { id, kind, file_name } of papers) all[kind] = [...(all[kind] ?? []), { id, file_name }]
  return all
}
