import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'soak',
    include: ['*.test.ts'],
    // After the other end-to-end tests, beside the checks: it waits for most of its minutes, and they never do.
    sequence: { groupOrder: 1 },
    disableConsoleIntercept: true,
  },
})
