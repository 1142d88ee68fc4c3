import { onBeforeUnmount, onMounted } from 'vue'

const patience = 15 * 60_000

// usePresence tells whether somebody has touched the page in the last quarter of an hour. The
// page asks by itself only then: an unattended screen must not keep its session alive.
export function usePresence(back: () => void) {
  let touched = Date.now()
  function touch(): void {
    const away = Date.now() - touched > patience
    touched = Date.now()
    if (away) back()
  }
  onMounted(() => {
    window.addEventListener('keydown', touch)
    window.addEventListener('pointerdown', touch)
  })
  onBeforeUnmount(() => {
    window.removeEventListener('keydown', touch)
    window.removeEventListener('pointerdown', touch)
  })
  return { here: (): boolean => Date.now() - touched <= patience }
}
