import { reactive, ref } from 'vue'
import type { Schemas } from '../../api/client'

export type Search = Omit<Schemas['SearchInputBody'], 'limit' | 'cursor'>

// What was asked for stays in the memory of the tab, so that "back" finds the list as it was.
// It is kept nowhere else: a name or number must not stand in an address or in a storage.
export const asked = reactive({
  name: '',
  number: '',
  identity: '',
  school: '',
  class: '',
  state: '',
  sex: '',
  entry: '',
  problem: '',
  dropout: '',
  numberClass: '',
  identityCheck: '',
  order: '',
})
export const sent = ref<Search | null>(null)

// narrowed gives the part of a search that is about facets of the records, and the order.
export function narrowed(): Partial<Search> {
  return {
    ...(asked.sex ? { sex: asked.sex as Search['sex'] } : {}),
    ...(/^\d{4}$/.test(asked.entry) ? { entry_year: Number(asked.entry) } : {}),
    ...(asked.problem ? { problem: asked.problem as Search['problem'] } : {}),
    ...(asked.dropout ? { dropout: true } : {}),
    ...(asked.numberClass ? { number_class: asked.numberClass as Search['number_class'] } : {}),
    ...(asked.identityCheck ? { identity_state: asked.identityCheck as Search['identity_state'] } : {}),
    ...(asked.order ? { order: asked.order as Search['order'] } : {}),
  }
}

// chosen holds the IDs of the records whose cards are to be printed, as many as the API gives in
// one call.
export const chosen = reactive(new Set<string>())
export const mostCards = 50
