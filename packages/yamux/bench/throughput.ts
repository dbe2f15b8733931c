/**
 * Streams over loopback, both ends in this process. Run: `pnpm --filter @tunnel/yamux bench`
 *
 * - `echo`: 64 streams, each sends 200 bytes, waits for them to come back, and sends the next. Messages per second.
 * - `bulk`: one stream carries 64 KiB writes one way. MB per second; `direct` is the same bytes on the bare connection.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server as NetServer, type Socket } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { Client, Server, type Stream } from '../src/index.ts'

const ROUNDS = 5
const ROUND_MS = 600
const STREAMS = 64
const MESSAGE = Buffer.alloc(200, 'm')
const BLOCK = Buffer.alloc(64 * 1024, 'b')

type Transport = 'tcp' | 'tls'
interface Pair {
  readonly client: Socket
  readonly server: Socket
  close(): void
}

function makeCertificate(): { key: Buffer; cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), 'yamux-bench-'))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const how = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=localhost',
  ]
  execFileSync('openssl', ['req', '-x509', ...how, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const pair = { key: readFileSync(key), cert: readFileSync(cert) }
  rmSync(directory, { recursive: true })
  return pair
}

const certificate = makeCertificate()

function connectPair(transport: Transport): Promise<Pair> {
  return new Promise((resolve) => {
    let client: Socket | undefined
    let server: Socket | undefined
    const listener: NetServer = transport === 'tls' ? createTlsServer(certificate) : createServer()
    const settle = () => {
      if (!client || !server) return
      const ends = [client, server]
      resolve({
        client,
        server,
        close: () => {
          for (const end of ends) end.destroy()
          listener.close()
        },
      })
    }
    listener.on(transport === 'tls' ? 'secureConnection' : 'connection', (socket: Socket) => {
      server = socket.setNoDelay()
      settle()
    })
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as AddressInfo
      const opened =
        transport === 'tls'
          ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
          : connect(port, '127.0.0.1')
      opened.once(transport === 'tls' ? 'secureConnect' : 'connect', () => {
        client = opened.setNoDelay()
        settle()
      })
    })
  })
}

function measure(start: (count: (units: number) => void) => void): Promise<number> {
  return new Promise((resolve) => {
    let units = 0
    start((more) => {
      units += more
    })
    const warm = ROUND_MS / 3
    setTimeout(() => {
      const before = units
      const began = performance.now()
      setTimeout(() => resolve(((units - before) * 1000) / (performance.now() - began)), ROUND_MS)
    }, warm)
  })
}

async function echo(transport: Transport): Promise<number> {
  const pair = await connectPair(transport)
  new Server((stream) => {
    stream.on('data', (chunk) => stream.write(chunk)).on('error', () => {})
  })
    .attach(pair.server)
    .on('error', () => {})
  const session = new Client().attach(pair.client).on('error', () => {}) as Client
  const result = await measure((count) => {
    for (let i = 0; i < STREAMS; i++) {
      const stream = session.open().on('error', () => {})
      let received = 0
      stream.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received < MESSAGE.length) return
        received = 0
        count(1)
        stream.write(MESSAGE)
      })
      stream.write(MESSAGE)
    }
  })
  session.abort()
  pair.close()
  return result
}

function pump(target: Duplex): void {
  const more = () => {
    while (!target.destroyed && target.write(BLOCK));
  }
  target.on('drain', more).on('error', () => {})
  more()
}

async function bulk(transport: Transport): Promise<number> {
  const pair = await connectPair(transport)
  const result = await measure((count) => {
    new Server((stream: Stream) => {
      stream.on('data', (chunk: Buffer) => count(chunk.length / 1e6)).on('error', () => {})
    })
      .attach(pair.server)
      .on('error', () => {})
    pump((new Client().attach(pair.client).on('error', () => {}) as Client).open())
  })
  pair.close()
  return result
}

async function direct(transport: Transport): Promise<number> {
  const pair = await connectPair(transport)
  const result = await measure((count) => {
    pair.server.on('data', (chunk: Buffer) => count(chunk.length / 1e6)).on('error', () => {})
    pump(pair.client)
  })
  pair.close()
  return result
}

const cases: Record<string, () => Promise<number>> = {
  'echo tcp  msg/s': () => echo('tcp'),
  'echo tls  msg/s': () => echo('tls'),
  'bulk tcp  MB/s': () => bulk('tcp'),
  'bulk tls  MB/s': () => bulk('tls'),
  'direct tcp MB/s': () => direct('tcp'),
  'direct tls MB/s': () => direct('tls'),
}

const only = process.argv.slice(2)
const chosen = Object.entries(cases).filter(([name]) => only.length === 0 || only.some((word) => name.includes(word)))
const results = new Map<string, number[]>(chosen.map(([name]) => [name, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, run] of chosen) results.get(name)?.push(await run())
}
process.stdout.write(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${ROUNDS} rounds interleaved\n`)
for (const [name, values] of results) {
  values.sort((a, b) => a - b)
  const show = (value: number | undefined) => Math.round(value ?? 0).toLocaleString('en')
  const median = values[values.length >> 1]
  process.stdout.write(
    `${name.padEnd(18)}${show(median).padStart(10)}   (${show(values[0])} to ${show(values.at(-1))})\n`,
  )
}
process.exit()
