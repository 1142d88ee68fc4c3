// states are those in which a case can be.
export const states = ['RUNNING', 'EFFECTIVE', 'REFUSED', 'WITHDRAWN', 'CLOSED'] as const
export type State = (typeof states)[number]

// stateOf takes a state from an address, where anything may stand.
export function stateOf(text: string): State | undefined {
  return states.find((s) => s === text)
}
