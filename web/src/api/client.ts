import createClient from 'openapi-fetch'
import { ref } from 'vue'
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

  // definite tells whether the call was judged and refused, so that it had no effect. After a
  // fault of the network or the server nobody knows.
  get definite(): boolean {
    return this.status >= 400 && this.status < 500
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
const mePath = '/v1/me'
const account = 'Xueji-Account'

// keyHeader stands on every call that does something once.
const keyHeader = 'Idempotency-Key'

// acts counts what was done at this page, so that numbers can be asked for anew.
export const acts = ref(0)

// waits tells whether a refused call is sent again after a log-in: not the log-in itself, not
// the question who has just logged in, and not the log-out, which is done by then.
function waits(request: Request, path: string): boolean {
  if (!session.me || path === logInPath || (path === mePath && session.over)) return false
  return !(request.method === 'DELETE' && path.startsWith(logInPath))
}

// send adds the language and whose page this is, and when the session has ended it waits until
// somebody logged in again and sends the same request once more: nothing that was typed is lost.
// A refusal that arrives after the log-in is about the session before, and asks for no second one.
async function send(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname
  request.headers.set('Accept-Language', language.value === 'en' ? 'en' : 'zh-CN')
  // The answer to "who am I" is compared with the page by the page.
  if (session.me && path !== logInPath && path !== mePath) request.headers.set(account, session.me.account)
  const again = request.clone()
  const sentAt = session.logIns
  const response = await fetch(request)
  if (response.status === 401) {
    if (!waits(request, path)) return response
    if (session.logIns === sentAt) await session.ended()
    return send(again)
  }
  if (response.status === 409 && session.me) await noteAnother(response.clone())
  if (path === mePath && response.ok) {
    const me = (await response.clone().json()) as Schemas['Me']
    session.keeps(me.idle_until, response.headers.get('Date'))
  }
  session.use()
  if (response.ok && request.headers.has(keyHeader)) acts.value++
  return response
}

// noteAnother keeps the sentence of the server that this browser works for another account now.
async function noteAnother(response: Response): Promise<void> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>
  if (problem.code === 'other_account') session.moved = problem.detail ?? t('login.moved')
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
