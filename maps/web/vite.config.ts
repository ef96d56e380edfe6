import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const here = (path: string) => decodeURI(new URL(path, import.meta.url).pathname)

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': here('./src') } },
  // Only the composition API and messages known at build time: smaller, and no eval.
  define: {
    __VUE_OPTIONS_API__: true,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  worker: { format: 'es' },
  server: { fs: { allow: [here('../..')] } },
  build: {
    target: 'es2022',
    chunkSizeWarningLimit: 1500,
    // A data: font or picture would need a wider content policy.
    assetsInlineLimit: 0,
  },
  test: {
    dir: here('../../tests/web'),
    include: ['**/*.test.ts'],
    globals: true,
    environment: 'node',
  },
})
