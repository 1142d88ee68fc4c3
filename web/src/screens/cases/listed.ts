import { api, data } from '../../api/client'
import { everyPage } from '../../api/pages'
import type { Page } from './facts-of'

// Listed is a pupil who still stands in the list of a case.
type Listed = { id: string; name: string; note: string }

// lists are the kinds whose reviewers may take single pupils out of the list.
const lists: string[] = ['BATCH_TRANSFER', 'GRADUATION', 'SELF_ENROLMENT', 'UNIFIED_ENROLMENT']

// strikes tells whether pupils can be taken out of the list of a case.
export function strikes(page: Page): boolean {
  return lists.includes(page.kind)
}

// listed reads the pupils who still stand in the list of a case.
export async function listed(page: Page): Promise<Listed[]> {
  if (page.kind === 'GRADUATION') {
    const path = { id: page.id }
    const lines = await everyPage((query) => data(api.GET('/v1/graduations/{id}/lines', { params: { path, query } })))
    return lines.filter((l) => l.verdict === 'LISTED').map((l) => ({ id: l.pupil.id, name: l.pupil.name, note: l.pupil.class ?? '' }))
  }
  if (page.kind === 'SELF_ENROLMENT' || page.kind === 'UNIFIED_ENROLMENT') {
    const path = { id: page.id }
    const lines = await everyPage((query) => data(api.GET('/v1/enrolments/{id}/lines', { params: { path, query } })))
    return lines.filter((l) => l.state !== 'ENDED').map((l) => ({ id: l.pupil.id, name: l.pupil.name, note: l.pupil.school }))
  }
  return (page.lines ?? []).filter((l) => l.verdict === 'LISTED').map((l) => ({ id: l.student_id, name: l.pupil.name, note: l.class }))
}
