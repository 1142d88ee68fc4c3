import { shallowRef } from 'vue'
import { t } from '../words/words'
import { Refusal } from './client'

// Trouble is why a screen could not be opened, and the address of the screen. Without a refusal
// the system was upgraded, and the page is older than the server.
export type Trouble = { refusal: Refusal | null; to: string }

// trouble is what stands in the way now.
export const trouble = shallowRef<Trouble | null>(null)

// lost finds out why the files of a screen did not come: the network is cut, or the server has
// other files by now.
export async function lost(to: string): Promise<void> {
  const ours = document.querySelector('script[type=module][src]')?.getAttribute('src') ?? ''
  try {
    const response = await fetch('/', { headers: { Accept: 'text/html' }, cache: 'no-store' })
    const same = (await response.text()).includes(ours)
    trouble.value = { to, refusal: response.ok && !same ? null : new Refusal({ status: response.status }) }
  } catch {
    trouble.value = { to, refusal: new Refusal({ code: 'network', detail: t('fault.network') }) }
  }
}
