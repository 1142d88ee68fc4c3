import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import App from './app.vue'
import { Refusal } from './api/client'
import { listen } from './api/session'
import './elements'
import { router } from './router'
import { language, speak, t, words } from './words/words'
import './style.css'

// A refusal is an answer and is not asked again; a cut network is tried twice more.
const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnReconnect: false,
      retry: (failures, cause) => !(cause instanceof Refusal && cause.status > 0) && failures < 2,
    },
  },
})

speak(language.value)
listen(() => t('login.moved'))
createApp(App).use(words).use(VueQueryPlugin, { queryClient: client }).use(router).mount('#app')
