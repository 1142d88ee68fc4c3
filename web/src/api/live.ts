import { onBeforeUnmount, onMounted, ref, type Ref, watch } from 'vue'
import { session } from './session'

const again = 60_000 // until a stream that was refused is tried again

// useLive hears from the server that numbers may have changed, as long as the tab is seen and
// a person looks at it: a hidden tab holds no connection, for a browser has few of them.
export function useLive(begun: () => void, moved: () => void, here: () => boolean): { live: Ref<boolean> } {
  const live = ref(false)
  let stream: EventSource | null = null
  let timer = 0

  function wanted(): boolean {
    return document.visibilityState === 'visible' && here() && session.may('inbox.read') && !session.over && !session.me?.password_due
  }
  function close(): void {
    stream?.close()
    stream = null
    live.value = false
  }
  function look(): void {
    if (!wanted()) return close()
    if (stream && stream.readyState !== EventSource.CLOSED) return
    close()
    stream = new EventSource('/v1/me/events')
    stream.addEventListener('begun', () => {
      live.value = true
      begun()
    })
    stream.addEventListener('moved', () => {
      if (wanted()) moved() // an unattended page does not keep its session alive
    })
    // A cut connection is opened again by the browser; meanwhile the page asks by itself.
    stream.addEventListener('error', () => (live.value = false))
  }
  onMounted(() => {
    look()
    timer = window.setInterval(look, again)
    document.addEventListener('visibilitychange', look)
  })
  onBeforeUnmount(() => {
    window.clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
    close()
  })
  watch(() => [session.over, session.me?.password_due], look)
  return { live }
}
