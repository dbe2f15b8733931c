import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Most end-to-end tests wait for something most of the time: three at once even on a small machine.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: ['packages/*/vitest.config.ts', 'tooling/*/vitest.config.ts', 'tooling/e2e/soak/vitest.config.ts'],
  },
})
