import { reactive } from 'vue'
import { language, speak } from '../words/words'
import type { components } from './schema'

type Me = components['schemas']['Me']

// Session is who works at this page. The secret itself is a cookie that no script can read.
class Session {
  me: Me | null = null
  // over: the server knows the session no more; the log-in dialog stands above the page.
  over = false
  // unattended: the session ended because nobody used it, so the dialog covers what is below.
  unattended = false
  // logIns counts how often the session began, so that a call knows when it was sent before.
  logIns = 0
  // moved is the sentence for a page whose browser works for another account by now.
  moved = ''
  private waiting: (() => void)[] = []
  // span is for how long the server keeps a session that is not used, in milliseconds; 0 when
  // the page does not know it.
  private span = 0
  private used = Date.now()
  private told = 0

  // may tells whether the account may do something somewhere.
  may(action: string): boolean {
    return (this.me?.actions ?? []).includes(action)
  }

  // atSchool tells whether the office of the account is a school.
  atSchool(): boolean {
    return this.me?.org.kind === 'SCHOOL'
  }

  // ended opens the log-in dialog and resolves when the same person is back.
  ended(): Promise<void> {
    this.over = true
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  // began is called when the server has said who is there. Another person than before starts
  // at a fresh page, and the pages of the person before learn it.
  began(me: Me): void {
    channel?.postMessage({ came: me.account })
    if (this.me && this.me.account !== me.account) {
      location.assign('/')
      return
    }
    this.me = me
    this.resumed()
  }

  // resumed lets the calls go on that waited for the log-in.
  resumed(): void {
    this.logIns++
    this.over = false
    this.unattended = false
    this.used = Date.now()
    this.waiting.splice(0).forEach((resolve) => resolve())
  }

  // left forgets the person in this tab and, by a message, in all others.
  left(): void {
    channel?.postMessage({ left: true })
    speak(language.value) // the server has told the browser to forget everything, this too
    location.assign('/login')
  }

  // keeps notes for how long a session lasts that is not used, by the clock of the server: that
  // of the computer may be wrong.
  keeps(idleUntil: string | undefined, serverTime: string | null): void {
    const span = Date.parse(idleUntil ?? '') - Date.parse(serverTime ?? '')
    this.span = span > 0 ? span : 0
  }

  // use notes that the server has just answered the session, for the other tabs too.
  use(): void {
    this.used = Date.now()
    if (this.used - this.told > 30_000) {
      this.told = this.used
      channel?.postMessage({ used: this.me?.account })
    }
  }

  // watch covers the page when the session has run out without use: what stands on an
  // unattended screen is nobody's business.
  watch(): void {
    if (this.me && !this.over && this.span > 0 && Date.now() - this.used > this.span) {
      this.over = true
      this.unattended = true
    }
  }

  // hear takes what another tab of this browser says.
  hear(news: { left?: boolean; came?: string; used?: string }, sentence: () => string): void {
    if (!this.me) return // somebody may be typing a password here
    if (news.left) location.assign('/login')
    if (news.used === this.me.account) this.used = Date.now()
    if (!news.came) return
    if (news.came !== this.me.account) this.moved = sentence()
    else this.resumed()
  }
}

export const session = reactive(new Session())

const channel = typeof BroadcastChannel === 'function' ? new BroadcastChannel('xueji') : null

// listen takes what the other tabs of this browser say about the session.
export function listen(sentence: () => string): void {
  channel?.addEventListener('message', (event) => session.hear(event.data as { left?: boolean; came?: string; used?: string }, sentence))
  setInterval(() => session.watch(), 15_000)
  window.addEventListener('focus', () => session.watch()) // a computer that slept kept no time
}
