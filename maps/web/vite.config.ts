import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const here = (path: string) => decodeURI(new URL(path, import.meta.url).pathname)

// What the worker's pages need without a network; the map is no part of it.
const SHELL_PAGES = /src\/(main\.ts|locales\/en\.json|pages\/(worker|login)\/)/
const PUBLIC = ['/', '/icon.svg', '/icon-192.png', '/manifest.webmanifest']

/** Write /sw.js: src/sw.js with the names of this build's files. */
const serviceWorker = (): Plugin => ({
  name: 'service-worker',
  generateBundle(_options, bundle) {
    const files = new Set(PUBLIC)
    const add = (name: string): void => {
      const chunk = bundle[name]
      if (!chunk || chunk.type !== 'chunk' || files.has(`/${name}`)) return
      files.add(`/${name}`)
      for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(`/${style}`)
      chunk.imports.forEach(add)
    }
    for (const chunk of Object.values(bundle)) {
      const isShell = chunk.type === 'chunk' && (chunk.isEntry || SHELL_PAGES.test(chunk.facadeModuleId ?? ''))
      if (isShell) add(chunk.fileName)
    }
    const listed = [...files].sort()
    const template = readFileSync(here('./src/sw.js'), 'utf8')
    const version = createHash('sha256').update(template + listed.join()).digest('hex').slice(0, 12)
    const shell = JSON.stringify({ version, files: listed })
    const source = template.replace('self.__SHELL__', shell)
    this.emitFile({ type: 'asset', fileName: 'sw.js', source })
  },
})

export default defineConfig({
  plugins: [vue(), serviceWorker()],
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
