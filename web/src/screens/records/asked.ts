import { reactive, ref } from 'vue'
import type { Schemas } from '../../api/client'

export type Search = Omit<Schemas['SearchInputBody'], 'limit' | 'cursor'>

// What was asked for stays in the memory of the tab, so that "back" finds the list as it was.
// It is kept nowhere else: a name or number must not stand in an address or in a storage.
export const asked = reactive({ name: '', number: '', identity: '', school: '', class: '', state: '' })
export const sent = ref<Search | null>(null)

// chosen holds the IDs of the records whose cards are to be printed, as many as the API gives in
// one call.
export const chosen = reactive(new Set<string>())
export const mostCards = 50
