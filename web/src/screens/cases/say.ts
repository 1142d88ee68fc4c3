import { api, data, Refusal, type Schemas } from '../../api/client'
import type { Verb } from './offers'

type Slip = Schemas['SlipView']

// Said is what somebody says to a case.
export type Said = { opinion: string; inputs: Record<string, string>; backTo: number; returns: 'STEP_BY_STEP' | 'TO_ME' }

// say hands a decision in. The key makes a repeated request the same decision.
export function say(change: string, task: string, verb: Verb, said: Said, key: string): Promise<Slip> {
  const header = { 'Idempotency-Key': key }
  const opinion = said.opinion.trim() || undefined
  if (verb === 'CLAIM' || verb === 'RELEASE') {
    const path = { id: change, task }
    return verb === 'CLAIM'
      ? data(api.POST('/v1/changes/{id}/tasks/{task}/claim', { params: { path, header }, body: { opinion } }))
      : data(api.POST('/v1/changes/{id}/tasks/{task}/release', { params: { path, header }, body: { opinion } }))
  }
  return data(
    api.POST('/v1/changes/{id}/decisions', {
      params: { path: { id: change }, header },
      body: {
        task_id: task,
        verdict: verb,
        opinion,
        ...(Object.keys(said.inputs).length ? { inputs: said.inputs } : {}),
        ...(verb === 'SEND_BACK' ? { send_back_to: said.backTo, returns: said.returns } : {}),
      },
    }),
  )
}

// settled watches a slip that was received (202) until it is counted or refused. A refusal
// comes as one, with everything that stood against it.
export async function settled(slip: Slip, watching: () => boolean): Promise<Slip> {
  let now = slip
  while (now.outcome === 'PENDING' && watching()) {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    now = await data(api.GET('/v1/slips/{id}', { params: { path: { id: now.id } } }))
  }
  if (now.outcome === 'REFUSED') {
    throw new Refusal({ status: 409, code: now.code, detail: now.reason, errors: now.errors })
  }
  return now
}
