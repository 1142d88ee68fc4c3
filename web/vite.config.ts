import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The oldest browser the console works in is Chromium 86.
export default defineConfig({
  plugins: [vue()],
  build: {
    target: 'chrome86',
    cssTarget: 'chrome86',
    manifest: 'manifest.json',
    license: { fileName: 'licenses.md' },
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/v1': process.env.XUEJI_API ?? 'http://127.0.0.1:8080' } },
})
