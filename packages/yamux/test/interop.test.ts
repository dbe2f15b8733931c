import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server as Listener } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Client, Server, type Session, type Stream } from '../src/index.ts'
import { readAll, whenClosed } from './sessions.ts'

// Where Debian's golang-github-hashicorp-yamux-dev puts it.
const GOPATH = '/usr/share/gocode'

function isInstalled(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' })
  } catch {
    return false
  }
  return existsSync(join(GOPATH, 'src/github.com/hashicorp/yamux'))
}

const directory = mkdtempSync(join(tmpdir(), 'yamux-interop-'))
const binary = join(directory, 'peer')
afterAll(() => rmSync(directory, { recursive: true }))

function start(...args: string[]): ChildProcess {
  const peer = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void peer.kill())
  return peer
}

/** Its whole output, once it has exited without complaint. */
async function run(...args: string[]): Promise<string> {
  const peer = start(...args)
  const [out, complaint] = await Promise.all([text(peer.stdout!), text(peer.stderr!)])
  expect(complaint).toBe('')
  return out.trim()
}

/** A session of ours with Go's server, and the lines that it prints. */
async function connectToGo(mode: 'serve' | 'goaway'): Promise<{ session: Client; nextLine: () => Promise<string> }> {
  const peer = start(mode)
  const nextLine = async () => String((await once(peer.stdout!, 'data'))[0]).trim()
  const session = new Client().attach(connect(Number(await nextLine()), '127.0.0.1'))
  onTestFinished(() => session.abort())
  return { session, nextLine }
}

async function listenForGo(onStream: (stream: Stream) => void): Promise<{ port: string; session: Promise<Session> }> {
  let listener: Listener | undefined
  const session = new Promise<Session>((resolve) => {
    // A process that exits may reset its connection.
    const quiet = () => {}
    listener = createServer((socket) => resolve(new Server(onStream).attach(socket).on('error', quiet)))
  })
  await once(listener!.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void listener!.close())
  return { port: String((listener!.address() as AddressInfo).port), session }
}

const echo = (stream: Stream) => {
  stream.pipe(stream)
}

/** Writes `size` bytes, ends, and compares what comes back until the peer's end. Answers what is wrong with it. */
async function echoed(session: Session, size: number): Promise<string | undefined> {
  const stream = session.open()
  const block = Buffer.alloc(Math.min(size, 100_003), `${size} `)
  const [sent, received] = [createHash('sha256'), createHash('sha256')]
  stream.on('data', (chunk: Buffer) => received.update(chunk))
  const ended = once(stream, 'end')
  for (let left = size; left > 0; left -= block.length) {
    const chunk = block.subarray(0, Math.min(left, block.length))
    sent.update(chunk)
    if (!stream.write(chunk)) await once(stream, 'drain')
  }
  stream.end()
  await ended
  if (stream.bytesRead !== size) return `${stream.bytesRead} of ${size} bytes`
  return sent.digest('hex') === received.digest('hex') ? undefined : `${size} other bytes`
}

describe.skipIf(!isInstalled())("with hashicorp's Go implementation", { timeout: 30_000 }, () => {
  beforeAll(() => {
    const source = fileURLToPath(new URL('./interop/peer.go', import.meta.url))
    execFileSync('go', ['build', '-o', binary, source], { env: { ...process.env, GO111MODULE: 'off', GOPATH } })
  }, 120_000)

  test('Go echoes 200 streams of 0 bytes to 64 MB', async () => {
    const { session } = await connectToGo('serve')
    const sizes = Array.from({ length: 200 }, (_, i) =>
      i === 1 ? 64 * 1024 * 1024 : i % 10 === 9 ? 1_000_000 + i : i * 131,
    )
    const results = await Promise.all(sizes.map((size) => echoed(session, size)))
    expect(results.filter((fault) => fault !== undefined)).toEqual([])
    expect(session.streamCount).toBe(0)
  })

  test('Go gets 200 streams of 0 bytes to 64 MB echoed', async () => {
    const { port, session } = await listenForGo(echo)
    expect(await run('echo', port, '200')).toBe('ok 200')
    await whenClosed(await session)
  })

  test('both answer pings', async () => {
    const { session } = await connectToGo('serve')
    expect(await session.ping()).toBeGreaterThan(0)
    const { port } = await listenForGo(echo)
    expect(await run('ping', port)).toBe('ok')
  })

  test('Go still answers on a stream that we have ended', async () => {
    const { session } = await connectToGo('serve')
    const stream = session.open()
    stream.end('half-closed')
    await once(stream, 'finish')
    expect(await readAll(stream)).toBe('half-closed')
  })

  test('Go sees our reset', async () => {
    const { session, nextLine } = await connectToGo('serve')
    const stream = session.open()
    stream.write('to be reset')
    await once(stream, 'data')
    const line = nextLine()
    stream.reset()
    expect(await line).toBe('reset')
    expect(await echoed(session, 1000)).toBeUndefined()
  })

  test('we see that Go goes away', async () => {
    const { session } = await connectToGo('goaway')
    const wentAway = once(session, 'goaway')
    expect(await echoed(session, 10)).toBeUndefined()
    expect(await wentAway).toEqual([0])
    expect(() => session.open()).toThrow(expect.objectContaining({ code: 'ERR_YAMUX_GOING_AWAY' }))
  })

  test('our streams fail when Go exits in their middle', async () => {
    const failed = new Promise<Error>((resolve) => {
      void listenForGo((stream) => void stream.on('error', resolve)).then(({ port }) => run('abandon', port))
    })
    expect(await failed).toMatchObject({ code: expect.stringMatching(/^ERR_YAMUX_(SESSION_CLOSED|CONNECTION)$/) })
  })
})
