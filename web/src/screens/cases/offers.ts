import { session } from '../../api/session'
import { t } from '../../words/words'
import { kindsHere } from '../filing/kinds'
import type { Page } from './facts-of'

// What one says about a task by deciding it, what one does with it or with its holders, and what
// one says about the case as a whole.
const deciding = ['APPROVE', 'REJECT', 'SEND_BACK', 'CLAIM', 'RELEASE'] as const
const passing = ['TRANSFER_TASK', 'DELEGATE', 'ADD_SIGNER'] as const
export type Deciding = (typeof deciding)[number]
export type Beside = (typeof passing)[number] | 'ANSWER' | 'REMOVE_SIGNER' | 'TAKE_BACK' | 'REMIND' | 'WITHDRAW' | 'SUPERVISE' | 'CLOSE' | 'DISMISS' | 'COPY' | 'COMMENT'
// RESUBMIT and REDO lead to pages of their own.
export type Verb = Deciding | Beside | 'RESUBMIT' | 'REDO'

// Act is a verb with its word and the task it is about, if it is about one.
export type Act<V extends Verb = Verb> = { verb: V; label: string; task: string }

// decides tells whether an act belongs to the dialog of decisions.
export function decides(act: Act): act is Act<Deciding> {
  return (deciding as readonly string[]).includes(act.verb)
}

// Offer is what the reader may do, or why not. The first act is the one primary button; firm ones
// stand beside it, quiet ones apart, and more behind a word.
export type Offer = { first: Act | undefined; firm: Act[]; quiet: Act[]; more: Act[]; why: string }

// offered reads what the API says the reader may do; the console judges nothing itself.
export function offered(page: Page): Offer {
  const known: readonly string[] = [...deciding, ...passing, 'ANSWER', 'RESUBMIT']
  const mine = page.tasks.find((k) => k.may?.includes('APPROVE')) ?? page.tasks.find((k) => k.may?.some((v) => known.includes(v)))
  const act = (verb: Exclude<Verb, 'COMMENT' | 'COPY' | 'REDO' | 'DISMISS'>): Act[] => {
    const at = mine?.may?.indexOf(verb) ?? -1
    return at < 0 ? [] : [{ verb, label: mine?.may_labels?.[at] ?? verb, task: mine?.id ?? '' }]
  }
  const [first, ...quiet] = [...act('RESUBMIT'), ...act('APPROVE'), ...act('ANSWER'), ...act('CLAIM'), ...act('RELEASE')]
  return {
    first,
    firm: [...act('SEND_BACK'), ...act('REJECT')],
    quiet,
    more: [...passing.flatMap(act), ...removals(page), ...whole(page)],
    why: first ? '' : (page.tasks.find((k) => k.why)?.why ?? ''),
  }
}

// removals are the signers whom the reader has added and may remove.
function removals(page: Page): Act[] {
  return page.tasks.flatMap((k): Act[] => {
    const at = k.may?.indexOf('REMOVE_SIGNER') ?? -1
    return at < 0 ? [] : [{ verb: 'REMOVE_SIGNER', label: [k.may_labels?.[at], k.holder].filter(Boolean).join(' '), task: k.id }]
  })
}

// whole is what the reader may say about the case as a whole.
function whole(page: Page): Act[] {
  const said = (page.may ?? []).map((verb, i): Act => ({ verb, label: page.may_labels?.[i] ?? verb, task: '' })).filter((a) => a.verb !== 'REDO' || kindsHere.includes(page.kind))
  if (!session.may('change.comment')) return said
  const copy: Act[] = page.status === 'RUNNING' ? [{ verb: 'COPY', label: t('act.copy'), task: '' }] : []
  return [...said, ...copy, { verb: 'COMMENT', label: t('act.comment'), task: '' }]
}
