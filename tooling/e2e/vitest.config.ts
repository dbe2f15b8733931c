import { defineConfig } from 'vitest/config'

export default defineConfig({
  // In-process parts come from sources; the processes that a test starts come from dist, as a user has them.
  resolve: { conditions: ['@tunnel/source'] },
  ssr: { resolve: { conditions: ['@tunnel/source'] } },
  test: {
    name: 'e2e',
    include: ['src/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Real processes and a browser on a machine that is busy with others: what fails twice is broken, and `npm test` names what failed once.
    retry: 1,
    // It bounds a failure on a busy machine, and says nothing about how long anything should take.
    expect: { poll: { timeout: 15_000 } },
  },
})
