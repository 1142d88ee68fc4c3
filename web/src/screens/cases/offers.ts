import type { Page } from './facts-of'

// The verbs of this screen. Those that need a colleague (transfer, delegate, add a signer)
// come with the screen of colleagues.
const known = ['APPROVE', 'REJECT', 'SEND_BACK', 'CLAIM', 'RELEASE'] as const
export type Verb = (typeof known)[number]

// Act is a verb with its word.
export type Act = { verb: Verb; label: string }

// Offer is what the reader may do about the open step, or why not. The first act is the one
// primary button; firm ones stand beside it, quiet ones apart.
export type Offer = { task: string; first: Act | undefined; firm: Act[]; quiet: Act[]; why: string }

// offered reads what the API says the reader may do; the console judges nothing itself.
export function offered(page: Page): Offer {
  const mine = page.tasks.find((k) => k.may?.includes('APPROVE')) ?? page.tasks.find((k) => known.some((v) => k.may?.includes(v)))
  const act = (verb: Verb): Act[] => {
    const at = mine?.may?.indexOf(verb) ?? -1
    return at < 0 ? [] : [{ verb, label: mine?.may_labels?.[at] ?? verb }]
  }
  const [first, ...quiet] = [...act('APPROVE'), ...act('CLAIM'), ...act('RELEASE')]
  return {
    task: mine?.id ?? '',
    first,
    firm: [...act('SEND_BACK'), ...act('REJECT')],
    quiet,
    why: mine ? '' : (page.tasks.find((k) => k.why)?.why ?? ''),
  }
}
