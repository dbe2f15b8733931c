import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Tests read sources of workspace packages: nothing has to be built first.
  resolve: { conditions: ['@tunnel/source'] },
  ssr: { resolve: { conditions: ['@tunnel/source'] } },
  test: {
    name: '@tunnel/cli',
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // The first command of a file loads what it runs on, which takes seconds on a machine with much else to do.
    testTimeout: 20_000,
  },
})
