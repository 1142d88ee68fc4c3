import { api, data, Refusal, refusalOf, type Schemas } from '../../api/client'
import type { Act, Beside, Deciding } from './offers'

type Slip = Schemas['SlipView']

// Said holds the words of a person to a case; strike gives the reason of each pupil taken out of a list.
export type Said = { opinion: string; inputs: Record<string, string>; strike: Record<string, string>; backTo: number; returns: 'STEP_BY_STEP' | 'TO_ME' }

// say hands a decision in. The key makes a repeated request the same decision.
export function say(change: string, task: string, verb: Deciding, said: Said, key: string): Promise<Slip> {
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

// Aside holds the words of a person beside a decision: to whom, when they sign, what one advises.
export type Aside = { opinion: string; to: string[]; when: 'BEFORE' | 'AFTER'; advice: 'APPROVE' | 'REJECT' | 'SEND_BACK' }

// sayBeside hands in what is no decision. A remark is in force at once and gives no slip.
export function sayBeside(change: string, act: Act<Beside>, said: Aside, key: string): Promise<Slip | undefined> {
  const opinion = said.opinion.trim() || undefined
  const header = { 'Idempotency-Key': key }
  const ofCase = { path: { id: change }, header }
  const ofTask = { path: { id: change, task: act.task }, header }
  const one = { to: said.to[0] as string, opinion } // left out when nobody was chosen: the API says so
  switch (act.verb) {
    case 'TRANSFER_TASK':
      return data(api.POST('/v1/changes/{id}/tasks/{task}/transfer', { params: ofTask, body: one }))
    case 'DELEGATE':
      return data(api.POST('/v1/changes/{id}/tasks/{task}/delegation', { params: ofTask, body: one }))
    case 'ADD_SIGNER':
      return data(api.POST('/v1/changes/{id}/tasks/{task}/signers', { params: ofTask, body: { to: said.to, when: said.when, opinion } }))
    case 'REMOVE_SIGNER':
      return data(api.POST('/v1/changes/{id}/tasks/{task}/removal', { params: ofTask, body: { opinion } }))
    case 'ANSWER':
      return data(api.POST('/v1/changes/{id}/tasks/{task}/answer', { params: ofTask, body: { advice: said.advice, opinion: opinion ?? '' } }))
    case 'TAKE_BACK':
      return data(api.POST('/v1/changes/{id}/take-back', { params: ofCase, body: { opinion } }))
    case 'REMIND':
      return data(api.POST('/v1/changes/{id}/reminder', { params: ofCase, body: { opinion } }))
    case 'WITHDRAW':
      return data(api.POST('/v1/changes/{id}/withdrawal', { params: ofCase, body: { opinion } }))
    case 'SUPERVISE':
      return data(api.POST('/v1/changes/{id}/supervision', { params: ofCase, body: { opinion } }))
    case 'CLOSE':
      return data(api.POST('/v1/changes/{id}/closure', { params: ofCase, body: { opinion } }))
    case 'COPY':
      return data(api.POST('/v1/changes/{id}/copies', { params: ofCase, body: { to: said.to, opinion } }))
    case 'DISMISS':
      return data(api.POST('/v1/changes/{id}/dismissal', { params: { path: { id: change } } })).then(() => undefined)
    case 'COMMENT':
      return data(api.POST('/v1/changes/{id}/comments', { params: ofCase, body: { text: opinion ?? '' } }))
  }
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
