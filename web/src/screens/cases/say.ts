import { api, data, Refusal, refusalOf, type Schemas } from '../../api/client'
import type { Verb } from './offers'

type Slip = Schemas['SlipView']

// Said holds the words of a person to a case; strike gives the reason of each pupil taken out of a list.
export type Said = { opinion: string; inputs: Record<string, string>; strike: Record<string, string>; backTo: number; returns: 'STEP_BY_STEP' | 'TO_ME' }

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
        ...(Object.keys(said.strike).length ? { strike: Object.entries(said.strike).map(([student_id, reason]) => ({ student_id, reason })) } : {}),
        ...(verb === 'SEND_BACK' ? { send_back_to: said.backTo, returns: said.returns } : {}),
      },
    }),
  )
}

// Watch is how a slip is watched: while the page is open it is asked for, more and more
// seldom, but only when somebody is there; cut tells whether the server could be reached.
export type Watch = { open: () => boolean; here: () => boolean; cut: (now: boolean) => void }

// settled watches a slip that was received (202) until it is counted or refused. A fault on the
// way changes nothing about what was received: the slip is asked for again.
export async function settled(slip: Slip, watch: Watch): Promise<Slip> {
  let now = slip
  for (let pause = 1_000; now.outcome === 'PENDING' && watch.open(); pause = Math.min(2 * pause, 15_000)) {
    await new Promise((resolve) => setTimeout(resolve, pause))
    if (!watch.open() || !watch.here()) continue
    try {
      now = await data(api.GET('/v1/slips/{id}', { params: { path: { id: now.id } } }))
      watch.cut(false)
    } catch (cause) {
      const refusal = refusalOf(cause)
      if (refusal.definite && refusal.status !== 429) throw refusal
      watch.cut(true)
    }
  }
  return now
}

// refusedBy gives the refusal of a slip, with everything that stood against it.
export function refusedBy(slip: Slip): Refusal {
  return new Refusal({ status: 409, code: slip.code, detail: slip.reason, errors: slip.errors })
}
