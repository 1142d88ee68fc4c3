import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'

type Page<T> = { items: T[]; next?: string; total?: Total }

// Total is how many entries a list has on all its pages, exact up to 1,000.
export type Total = { count: number; more?: boolean }

// everyPage reads all pages of a list, for a form that is about the whole of it.
export async function everyPage<T>(read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = []
  let cursor: string | undefined
  do {
    const page = await read({ limit: 200, ...(cursor ? { cursor } : {}) })
    all.push(...page.items)
    cursor = page.next
  } while (cursor)
  return all
}

// Pages holds a list as far as it was read, and how it goes on; total is its length as people
// write it, 12 or 1000+, empty where the list does not count.
export type Pages<T> = { items: Ref<T[]>; loading: Ref<boolean>; error: Ref<Error | null>; more: Ref<boolean>; reading: Ref<boolean>; readOn: () => void; total: Ref<string> }

// usePages reads a list page by page; the key names the operation and its filters.
export function usePages<T>(key: unknown[], read: (query: { limit: number; cursor?: string }) => Promise<Page<T>>): Pages<T> {
  const list = useInfiniteQuery({
    queryKey: key,
    initialPageParam: '',
    queryFn: ({ pageParam }) => read({ limit: 50, ...(pageParam ? { cursor: pageParam } : {}) }),
    getNextPageParam: (page: Page<T>) => page.next || undefined,
  })
  const items = computed(() => (list.data.value?.pages ?? []).flatMap((page) => page.items))
  const loading = computed(() => list.isPending.value && !list.error.value)
  const total = computed(() => {
    const n = list.data.value?.pages[0]?.total
    return n ? `${n.count}${n.more ? '+' : ''}` : ''
  })
  return { items, loading, error: list.error, more: list.hasNextPage, reading: list.isFetchingNextPage, readOn: () => void list.fetchNextPage(), total }
}
