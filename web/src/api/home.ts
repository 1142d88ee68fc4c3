import { useQuery } from '@tanstack/vue-query'
import { api, data, type Schemas } from './client'
import { session } from './session'

export type Home = Schemas['Home']

// had is the last answer with its tag; while nothing has changed, the server sends no other.
let had: { tag: string; home: Home } | null = null

async function readHome(): Promise<Home> {
  const call = await api.GET('/v1/home', { params: { header: had ? { 'If-None-Match': had.tag } : {} } })
  if (call.response.status === 304 && had) return had.home
  const home = await data(Promise.resolve(call))
  const tag = call.response.headers.get('ETag')
  had = tag ? { tag, home } : null
  return home
}

// useHome returns the numbers of the first page; the menu and the page show the same ones.
export function useHome(every: () => number | false = () => false) {
  return useQuery({
    queryKey: ['get-home'],
    queryFn: readHome,
    enabled: () => session.may('inbox.read') && !session.me?.password_due,
    refetchInterval: every, // while the tab is seen
  })
}
