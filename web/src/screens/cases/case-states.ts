// states are those in which a case can be.
export const states = ['RUNNING', 'EFFECTIVE', 'REFUSED', 'WITHDRAWN', 'CLOSED'] as const
export type State = (typeof states)[number]

// stateOf takes a state from an address, where anything may stand.
export function stateOf(text: string): State | undefined {
  return states.find((s) => s === text)
}

// counted asks for the length of a list with its first page.
export function counted(query: { cursor?: string }): { total?: boolean } {
  return query.cursor ? {} : { total: true }
}

// orderOf is the order of the address, if the API knows it.
export function orderOf(word: string): { order?: 'OLDEST' } {
  return word === 'OLDEST' ? { order: word } : {}
}
