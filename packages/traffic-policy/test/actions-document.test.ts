import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { actionErrorCodes } from '../src/actions/action-error.ts'

test('ACTIONS.md lists every code, and nothing else', () => {
  const document = readFileSync(new URL('../ACTIONS.md', import.meta.url), 'utf8')
  const listed = [...document.matchAll(/^\| `(ERR_TUNNEL_\d+)` \|/gm)].map((match) => match[1])
  expect(listed).toEqual([...actionErrorCodes])
})
