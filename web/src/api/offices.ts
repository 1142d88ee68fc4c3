import { useQuery } from '@tanstack/vue-query'
import { toRef, type MaybeRefOrGetter } from 'vue'
import { api, data, type Schemas } from './client'
import { everyPage } from './pages'

export type Office = Schemas['Org']

// childrenOf reads the open offices directly below one, all pages of them.
export async function childrenOf(id: string): Promise<Office[]> {
  const path = { id }
  const all = await everyPage((query) => data(api.GET('/v1/orgs/{id}/children', { params: { path, query } })))
  return all.filter((office) => !office.closed_at)
}

// useOffice reads the details of an office, and nothing while there is no ID.
export function useOffice(of: MaybeRefOrGetter<string>) {
  const id = toRef(of)
  return useQuery({
    queryKey: ['get-org', id],
    queryFn: () => data(api.GET('/v1/orgs/{id}', { params: { path: { id: id.value } } })),
    enabled: () => id.value !== '',
  })
}
