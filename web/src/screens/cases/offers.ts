import type { Page } from './facts-of'

// The verbs of this screen. Those that need a colleague (transfer, delegate, add a signer)
// come with the screen of colleagues.
const known = ['APPROVE', 'REJECT', 'SEND_BACK', 'CLAIM', 'RELEASE'] as const
export type Verb = (typeof known)[number]

// Offer is what the reader may do about the open step, or why not.
export type Offer = { task: string; verbs: Verb[]; first: Verb | null; firm: Verb[]; quiet: Verb[]; why: string }

// offered reads what the API says the reader may do; the console judges nothing itself.
export function offered(page: Page): Offer {
  const tasks = page.tasks ?? []
  const mine = tasks.find((k) => (k.may ?? []).includes('APPROVE')) ?? tasks.find((k) => known.some((v) => (k.may ?? []).includes(v)))
  const verbs = known.filter((v) => (mine?.may ?? []).includes(v))
  const decides = (v: Verb): boolean => v === 'SEND_BACK' || v === 'REJECT'
  return {
    task: mine?.id ?? '',
    verbs,
    first: verbs.includes('APPROVE') ? 'APPROVE' : (verbs.find((v) => !decides(v)) ?? null),
    firm: (['SEND_BACK', 'REJECT'] as const).filter((v) => verbs.includes(v)),
    quiet: verbs.includes('APPROVE') ? verbs.filter((v) => v === 'CLAIM' || v === 'RELEASE') : [],
    why: mine ? '' : (tasks.find((k) => k.why)?.why ?? ''),
  }
}
