import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The pages are served below `/inspect` and `/status` by the local API: assets by absolute path, nothing from the network. */
export default defineConfig({
  plugins: [react()],
  base: '/assets/web/',
  build: {
    outDir: '../dist/web',
    assetsDir: '.',
    emptyOutDir: true,
    target: 'es2023',
    // The pages' content security policy allows no inline script and no data: URL.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
