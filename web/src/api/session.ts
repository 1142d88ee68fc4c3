import { reactive } from 'vue'
import { language, speak } from '../words/words'
import type { components } from './schema'

type Me = components['schemas']['Me']

// Session is who works at this page. The secret itself is a cookie that no script can read.
class Session {
  me: Me | null = null
  // over: the server knows the session no more; the log-in dialog stands above the page.
  over = false
  private waiting: (() => void)[] = []

  // may tells whether the account may do something somewhere.
  may(action: string): boolean {
    return (this.me?.actions ?? []).includes(action)
  }

  // ended opens the log-in dialog and resolves when the same person is back.
  ended(): Promise<void> {
    this.over = true
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  // began is called after a log-in. Another person than before starts at a fresh page.
  began(me: Me): void {
    if (this.me && this.me.account !== me.account) {
      location.assign('/')
      return
    }
    this.me = me
    this.over = false
    this.waiting.splice(0).forEach((resolve) => resolve())
  }

  // left forgets the person in this tab and, by a message, in all others.
  left(): void {
    channel?.postMessage('left')
    speak(language.value) // the server has told the browser to forget everything, this too
    location.assign('/login')
  }
}

export const session = reactive(new Session())

const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel('xueji') : null
channel?.addEventListener('message', () => location.assign('/login'))
