import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { curlText } from './curl.ts'
import { fetchText } from './fetch.ts'
import { httpieText } from './httpie.ts'
import type { CopiedRequest } from './request-text.ts'
import { shellWord } from './shell-word.ts'

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content)
const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0

interface Received {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: readonly string[]
  readonly body: Buffer
}

let received: Received | undefined
const server = createServer(async (request: IncomingMessage, response) => {
  const { method, url, rawHeaders: headers } = request
  received = { method, url, headers, body: await buffer(request) }
  response.end()
})
let origin = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => server.close())

function request(other: Partial<CopiedRequest> & { path?: string } = {}): CopiedRequest {
  const { path = '/', ...rest } = other
  return { method: 'GET', url: origin + path, headers: [], body: bytes(''), ...rest }
}

/** Values that mean something to a shell, to curl or to HTTPie, and have to arrive as they are. */
const hostileTexts = [
  `it's "quoted" $HOME \`id\` $(id) \\ !! !x`,
  '@/etc/passwd',
  '=1',
  ':=[1]',
  '-d x',
  '; touch /tmp/x # & | > < * ? ~ {a,b} [c]',
  "'; echo broken; '",
  '%s %n \\0101',
]

const hostileBodies: readonly Uint8Array[] = [
  ...hostileTexts.map(bytes),
  bytes('line one\nline two\n\ttabbed\n'),
  bytes('{"a": "é ü 漢字 🎉"}'),
  bytes('\x1b[201~\rrm -rf /\r'),
  Uint8Array.from({ length: 256 }, (_, index) => index),
  new Uint8Array(70_000).fill(0xff),
]

const shells = ['sh', ...(has('bash') ? ['bash'] : [])]

/** Runs a command line in a shell, as whoever pastes it does. */
async function run(shell: string, command: string): Promise<Received> {
  received = undefined
  const child = spawn(shell, ['-c', command], { stdio: ['ignore', 'ignore', 'pipe'] })
  const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  if (code !== 0 || !received) throw new Error(`${code}: ${complaint}\n${command}`)
  return received
}

const headerValue = ({ headers }: Received, name: string): string | undefined =>
  headers[headers.findIndex((one, index) => index % 2 === 0 && one.toLowerCase() === name) + 1]

const writers = [
  { name: 'curl', write: curlText, there: has('curl'), from: shells },
  // Takes its time to start; what a shell makes of its words is seen above.
  { name: 'httpie', write: httpieText, there: has('http'), from: ['sh'] },
]

for (const { name, write, there, from } of writers) {
  describe.skipIf(!there)(`a copy as ${name} (needs it installed)`, { timeout: 120_000 }, () => {
    for (const shell of from) {
      test(`sends every body as it was, from ${shell}`, async () => {
        for (const body of hostileBodies) {
          const { body: arrived, method } = await run(
            shell,
            write(request({ method: 'POST', headers: [['Content-Type', 'text/plain']], body })),
          )
          expect([method, arrived.equals(body)]).toEqual(['POST', true])
        }
      })

      test(`sends every header as it was, from ${shell}`, async () => {
        for (const value of hostileTexts) {
          const arrived = await run(shell, write(request({ headers: [['X-Value', value]] })))
          expect(headerValue(arrived, 'x-value')).toBe(value)
        }
      })
    }

    test('asks for the path as it was', async () => {
      for (const path of ['/a?b=c&d=[1]{2}', "/it's?x=$(id)&y=%20%00", '/a;b,c@d:e~f', '/@x/-y']) {
        const { url } = await run('sh', write(request({ path })))
        // HTTPie encodes brackets whatever it is told.
        expect(name === 'curl' ? url : url?.replace(/%[57][BD]/g, decodeURIComponent)).toBe(path)
      }
    })

    test('keeps the method, an empty header, a repeated one and another host', async () => {
      const headers = [
        ['Host', 'other.example'],
        ['X-Empty', ''],
        ['X-Twice', '1'],
        ['X-Twice', '2'],
      ] as const
      const arrived = await run('sh', write(request({ method: 'DELETE', headers })))
      expect(arrived.method).toBe('DELETE')
      expect(headerValue(arrived, 'host')).toBe('other.example')
      expect(headerValue(arrived, 'x-empty')).toBe('')
      expect(arrived.headers.filter((one) => one === 'X-Twice')).toHaveLength(2)
    })

    test('leaves out what would read a file, or frame the body', async () => {
      const headers = [
        ['@/etc/passwd', 'x'],
        ['X', 'a\r\nInjected: 1'],
        ['Transfer-Encoding', 'chunked'],
        ['Content-Length', '999'],
      ] as const
      const arrived = await run('sh', write(request({ method: '-o/tmp/x', headers })))
      expect(arrived.method).toBe('GET')
      expect(arrived.headers.join('\n')).not.toMatch(/root|Injected|chunked|999/)
    })
  })
}

describe('a copy as curl', () => {
  test('is short where there is nothing special', () => {
    expect(curlText(request({ url: 'https://example.com/a' }))).toBe('curl https://example.com/a')
    expect(curlText(request({ url: 'https://example.com/', method: 'PUT', headers: [['Accept', 'text/html']] }))).toBe(
      "curl -X PUT https://example.com/ \\\n  -H 'Accept: text/html'",
    )
  })

  test.skipIf(!has('curl'))('says of a body what was said of it, and nothing else', async () => {
    const arrived = await run('sh', curlText(request({ method: 'POST', body: bytes('x') })))
    expect(arrived.headers.map((one) => one.toLowerCase())).not.toContain('content-type')
  })

  test.skipIf(!has('curl'))('keeps dots in the path', async () => {
    expect((await run('sh', curlText(request({ path: '/a/../b/./c' })))).url).toBe('/a/../b/./c')
  })

  test.skipIf(!has('curl'))('asks for the head alone where that was asked for', async () => {
    expect((await run('sh', curlText(request({ method: 'HEAD' })))).method).toBe('HEAD')
  })
})

describe('a copy as fetch', () => {
  test('sends the request again', async () => {
    for (const body of hostileBodies) {
      const source = fetchText(
        request({ method: 'POST', path: '/a?b=c', headers: [['X-Value', hostileTexts[0] ?? '']], body }),
      )
      received = undefined
      await new Function(`return (async () => { ${source} })()`)()
      expect(received).toMatchObject({ method: 'POST', url: '/a?b=c' })
      expect((received as Received | undefined)?.body.equals(body)).toBe(true)
      expect(received && headerValue(received, 'x-value')).toBe(hostileTexts[0])
    }
  })

  test('is short where there is nothing special', () => {
    expect(fetchText(request({ url: 'https://example.com/a' }))).toBe('await fetch("https://example.com/a")')
  })
})

test('a word of a shell means its text', () => {
  for (const word of [...hostileTexts, '', 'a b', '-n', 'a\tb', 'x\u0007y', 'a\tb\n\n', '\u009b1m', '\u001b[31m']) {
    expect(spawnSync('sh', ['-c', `printf %s ${shellWord(word)}`]).stdout.toString()).toBe(word)
  }
})

test('no control character reaches the terminal', () => {
  const nasty = request({ path: '/\u001b[201~', headers: [['X', 'a\u001b[201~b']], body: bytes('\u001b[201~\u0003') })
  for (const write of [curlText, httpieText, fetchText]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what this is about
    expect(write(nasty)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  }
})
