import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import App from './app.vue'
import { Refusal } from './api/client'
import './elements'
import { router } from './router'
import { language, speak, words } from './words/words'
import './style.css'

// A tab that is older than the server asks for a chunk that is gone: opening the page again
// brings the new ones. Once a minute at most, so that a broken server makes no circle.
window.addEventListener('vite:preloadError', (event) => {
  const at = Number(sessionStorage.getItem('xueji.reopened') ?? 0)
  if (Date.now() - at > 60_000) {
    event.preventDefault()
    sessionStorage.setItem('xueji.reopened', String(Date.now()))
    location.reload()
  }
})

// A refusal is an answer and is not asked again; a cut network is tried twice more.
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, cause) => !(cause instanceof Refusal && cause.status > 0) && failures < 2,
    },
  },
})

speak(language.value)
createApp(App).use(words).use(VueQueryPlugin, { queryClient: client }).use(router).mount('#app')
