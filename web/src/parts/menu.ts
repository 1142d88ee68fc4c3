import { ref, type Ref, watch } from 'vue'
import { useRoute } from 'vue-router'
import type { Key } from '../words/words'

// Entry is one page in the menu; name is that of its route.
export type Entry = { name: string; word: Key; icon: unknown; may: boolean; count?: number | undefined }

// Group is entries that are folded together; one without a word is never folded.
export type Group = { name: string; word?: Key; entries: Entry[] }

const kept = 'xueji.menu'

// useMenu keeps one group of the menu open: that of the page, or another one by hand. So the
// menu is never higher than the screen. The open group is remembered on this computer by its
// name, which says nothing about people.
export function useMenu(groups: Ref<Group[]>): { open: Ref<string>; turn: (name: string) => void } {
  const open = ref(remembered())
  const route = useRoute()
  watch(
    () => route.name,
    (page) => {
      const group = groups.value.find((g) => g.word && g.entries.some((e) => e.name === page))
      if (group) show(group.name)
    },
    { immediate: true },
  )

  function show(name: string): void {
    open.value = name
    try {
      localStorage.setItem(kept, name)
    } catch {
      // A browser that keeps nothing begins with the first group next time.
    }
  }
  return { open, turn: (name) => show(open.value === name ? '' : name) }
}

function remembered(): string {
  try {
    return localStorage.getItem(kept) ?? 'work'
  } catch {
    return 'work'
  }
}
