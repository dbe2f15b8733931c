import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'soak',
    include: ['*.test.ts'],
    // After all other tests and beside none: what it measures belongs to it.
    sequence: { groupOrder: 1 },
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
})
