import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const newSpace = pathToFileURL(`${import.meta.dirname}/../../../apps/edge/dist/new-space.js`).href

/** Keeps enough young objects alive that V8 would let the new space grow, then says how large it is. */
const churn = `
  const kept = []
  for (let i = 0; i < 2e6; i++) kept[i % 20000] = { i, text: 'x' + i }
  const space = require('node:v8').getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  process.stdout.write(String(space.space_size))`

async function newSpaceBytes(...args: string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [...args, '-e', churn])
  return Number(stdout)
}

test("the edge's new space stays as small as it began, whatever is allocated", async () => {
  expect(await newSpaceBytes('--import', newSpace)).toBeLessThanOrEqual(2 * 1024 * 1024)
  expect(await newSpaceBytes()).toBeGreaterThan(2 * 1024 * 1024)
})
