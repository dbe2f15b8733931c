import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Tests read sources of workspace packages: nothing has to be built first.
  resolve: { conditions: ['@tunnel/source'] },
  ssr: { resolve: { conditions: ['@tunnel/source'] } },
  test: { name: '@tunnel/socket-buffers', include: ['src/**/*.test.ts', 'test/**/*.test.ts'] },
})
