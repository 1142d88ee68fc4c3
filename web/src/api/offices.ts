import { api, data, type Schemas } from './client'

export type Office = Schemas['Org']

// childrenOf reads the open offices directly below one, all pages of them.
export async function childrenOf(id: string): Promise<Office[]> {
  const all: Office[] = []
  let cursor: string | undefined
  do {
    const query = { limit: 200, ...(cursor ? { cursor } : {}) }
    const page = await data(api.GET('/v1/orgs/{id}/children', { params: { path: { id }, query } }))
    all.push(...page.items.filter((o) => !o.closed_at))
    cursor = page.next
  } while (cursor)
  return all
}
