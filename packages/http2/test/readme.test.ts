import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { server } from '../examples/serve.ts'
import { errorCodes } from '../src/index.ts'
import { resolveServerOptions } from '../src/resolve-options.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const cellsOf = (pattern: RegExp): string[][] => [...readme.matchAll(pattern)].map(([, ...cells]) => cells as string[])

describe('the README', () => {
  test('lists each option with its default', () => {
    expect(cellsOf(/^\| `([a-z]\w+)` +\| ([\d,]+|true) +\|/gm)).toEqual(
      Object.entries(resolveServerOptions({})).map(([name, value]) => [name, value.toLocaleString('en-US')]),
    )
  })

  test('lists each error code', () => {
    expect(cellsOf(/^\| `([A-Z\d_]+)` *\| (\d+) +\|/gm)).toEqual(
      Object.entries(errorCodes).map(([name, code]) => [name, String(code)]),
    )
  })

  test('shows the example that runs', async () => {
    expect(readme).toContain(readFileSync(new URL('../examples/serve.ts', import.meta.url), 'utf8'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => {
      session.destroy()
      server.close()
    })
    expect(await text(session.request({ ':path': '/here' }))).toBe('you asked for /here\n')
  })
})

test('each option says its default where it is declared', () => {
  const source = readFileSync(new URL('../src/options.ts', import.meta.url), 'utf8')
  const declared = [...source.matchAll(/@default ([\d_]+|true)[^\n]*(?:\n +\*\/)?\n {2}(\w+):/g)].map(
    ([, value, name]) => [name, value === 'true' ? true : Number(value!.replaceAll('_', ''))],
  )
  expect(Object.fromEntries(declared)).toEqual(resolveServerOptions({}))
})
