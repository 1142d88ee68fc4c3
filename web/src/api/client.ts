import createClient from 'openapi-fetch'
import { language, t } from '../words/words'
import type { components, paths } from './schema'
import { session } from './session'

export type Schemas = components['schemas']
type Problem = Schemas['Problem']

// Refusal is a "no" of the API with its own sentence, or the sentence about a cut network.
export class Refusal extends Error {
  readonly code: string
  readonly request: string
  readonly status: number
  readonly fields: { pointer: string; detail: string; code: string }[]

  constructor(problem: Partial<Problem>) {
    super(problem.detail ?? t('fault.unreadable'))
    this.name = 'Refusal'
    this.code = problem.code ?? 'unreadable'
    this.request = problem.request_id ?? ''
    this.status = problem.status ?? 0
    this.fields = (problem.errors ?? []).map((e) => ({ pointer: e.pointer ?? '', detail: e.detail, code: e.code }))
  }

  // at gives the sentence about one field, by its JSON pointer.
  at(pointer: string): string {
    return this.fields.find((f) => f.pointer === pointer)?.detail ?? ''
  }
}

// refusalOf makes a refusal of anything that was thrown.
export function refusalOf(cause: unknown): Refusal {
  return cause instanceof Refusal ? cause : new Refusal({ code: 'network', detail: t('fault.network') })
}

const logInPath = '/v1/sessions'

// send adds the language, and when the session has ended it waits until somebody logged in
// again and sends the same request once more: nothing that was typed is lost.
async function send(request: Request): Promise<Response> {
  request.headers.set('Accept-Language', language.value === 'en' ? 'en' : 'zh-CN')
  const again = request.clone()
  const response = await fetch(request)
  if (response.status === 401 && session.me && new URL(request.url).pathname !== logInPath) {
    await session.ended()
    return send(again)
  }
  return response
}

// api calls the operations of the description; answers and paths are checked by the compiler.
export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin', cache: 'no-store', fetch: send })

// data gives the answer, or throws the refusal.
export async function data<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let done: { data?: T; error?: unknown; response: Response }
  try {
    done = await call
  } catch (cause) {
    throw refusalOf(cause)
  }
  if (!done.response.ok) {
    const problem = done.error && typeof done.error === 'object' ? (done.error as Partial<Problem>) : {}
    throw new Refusal({ status: done.response.status, ...problem })
  }
  return done.data as T
}

// newKey makes an Idempotency-Key. crypto.randomUUID is missing in old browsers and on plain http.
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}
