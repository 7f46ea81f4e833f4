import './styles/index.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import WindowFrame from './WindowFrame.vue'
import { i18n } from './i18n.ts'
import { router } from './router.ts'
import { connectWorkbench } from './workbench.ts'

// The token has done its work (the server answered it with a cookie): it need not stay in the address bar.
if (new URLSearchParams(location.search).has('token')) history.replaceState(null, '', location.pathname + location.hash)

// A page that was left open while Loupe was updated asks for parts that are gone: the new page has them.
window.addEventListener('vite:preloadError', () => {
  const key = 'loupe.reloadedAt'
  // Once only: parts that are missing for good must not turn into a loop.
  if (Date.now() - Number(sessionStorage.getItem(key) ?? 0) < 60_000) return
  sessionStorage.setItem(key, String(Date.now()))
  location.reload()
})

connectWorkbench()
createApp(WindowFrame).use(createPinia()).use(router).use(i18n).mount('#app')
