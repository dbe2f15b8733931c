import { defineConfig } from 'vitest/config'

export default defineConfig({
  // With the soak, which leaves most of the processors to them.
  test: { name: 'checks', include: ['*.test.ts'], testTimeout: 300_000, sequence: { groupOrder: 1 } },
})
