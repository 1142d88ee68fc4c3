import { language, t } from '../words/words'
import { newKey, Refusal, type Schemas } from './client'
import type { paths } from './schema'
import { session } from './session'

// sendFile uploads a file and tells meanwhile which part of it has left, from 0 to 1. It does
// with XMLHttpRequest what the client does otherwise, because fetch tells nothing of that.
export async function sendFile<T>(path: keyof paths, file: File, left: (part: number) => void): Promise<T> {
  const key = newKey() // a session that ends on the way makes no second upload
  for (;;) {
    const sentAt = session.logIns
    const answer = await send(path, file, key, left)
    session.use()
    if (answer.status < 400) return answer.body as T
    if (answer.status !== 401) throw new Refusal({ status: answer.status, ...(answer.body as Partial<Schemas['Problem']>) })
    if (session.logIns === sentAt) await session.ended()
  }
}

function send(path: string, file: File, key: string, left: (part: number) => void): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.responseType = 'json'
    request.setRequestHeader('Accept-Language', language.value === 'en' ? 'en' : 'zh-CN')
    request.setRequestHeader('Idempotency-Key', key)
    if (session.me) request.setRequestHeader('Xueji-Account', session.me.account)
    request.upload.onprogress = (e) => left(e.total > 0 ? e.loaded / e.total : 0)
    request.onload = () => resolve({ status: request.status, body: request.response ?? {} })
    request.onerror = () => reject(new Refusal({ code: 'network', detail: t('fault.network') }))
    const form = new FormData()
    form.append('file', file)
    left(0)
    request.send(form)
  })
}
