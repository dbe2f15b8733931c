import type { ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createRequire } from 'node:module'
import { connect as connectTcp } from 'node:net'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import { start } from '../../harness/process.ts'
import { temporaryDirectory } from '../../harness/temporary-directory.ts'
import { within } from '../../harness/until.ts'
import type { ShownExample } from './example.ts'
import { type SeedEdge, seedEdge, TCP_BOUND_TO } from './seed-edge.ts'
import { startServices } from './services.ts'

export interface VisitOptions {
  readonly path?: string
  /** Whoever vouches for the certificate, as with `curl --insecure`. */
  readonly insecure?: boolean
}

export interface Visited {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** What an example has put online, and the ways of a visitor to it. */
export interface Running {
  readonly urls: readonly string[]
  readonly printed: () => string
  readonly edge: SeedEdge
  /** A request by the URL's own words, to where the name would lead. */
  visit(url: string, options?: VisitOptions): Promise<Visited>
  /** What a visitor of a TCP address hears after saying `said`, up to and with that. */
  talk(url: string, said: string): Promise<string>
  /** The certificate that a TLS client is shown, whoever vouches for it. */
  certificateOf(url: string): Promise<PeerCertificate>
}

const NETWORK = new URL('./network.mjs', import.meta.url)
const resolve = createRequire(import.meta.url).resolve

/** A command line of a seed with our command's name, in a shell, until its endpoints are online. */
export async function runCommand(example: ShownExample, command: string): Promise<Running> {
  const child = await shell(example, command)
  const printed = printedBy(child)
  const online = new Promise<string[]>((done, failed) => {
    child.on('message', (message: { type?: string; urls?: string[] }) => {
      if (message.type === 'online') done(message.urls ?? [])
    })
    child.once('close', (code) => failed(new Error(`${command} exited with ${code}: ${printed()}`)))
  })
  return running(await within(online, `${command} to be online`, 20_000), printed)
}

/** The same, for a command that ends by itself. */
export async function runRefused(
  example: ShownExample,
  command: string,
): Promise<{ code: number | null; printed: string }> {
  const child = await shell(example, command)
  const printed = printedBy(child)
  const closed = new Promise<number | null>((done) => child.once('close', done))
  return { code: await within(closed, `${command} to end`, 20_000), printed: printed() }
}

/** A program of a seed with our library's name, until it says where it is. */
export async function runProgram(example: ShownExample): Promise<Running> {
  const library = JSON.stringify(resolve('@tunnel/agent-core').replace('/src/index.ts', '/dist/index.js'))
  const source = example.printed.replace('require("@ngrok/ngrok")', `require(${library})`)
  const child = start(process.execPath, ['--import', NETWORK.href, '--eval', source], await surroundings(example))
  const printed = printedBy(child)
  const said = new Promise<string>((done, failed) => {
    child.stdout?.on('data', () => {
      const url = /^Ingress established at: (\S+)$/m.exec(printed())?.[1]
      if (url !== undefined) done(url)
    })
    child.once('close', (code) => failed(new Error(`the program exited with ${code}: ${printed()}`)))
  })
  return running([await within(said, 'the program to be online', 20_000)], printed)
}

async function shell(example: ShownExample, command: string): Promise<ChildProcess> {
  const options = await surroundings(example)
  return start('sh', ['-c', command.replace(/^ngrok /, 'exec tunnel ')], options)
}

/** Of a child: the network of the example, its files, the edge, and the command on `PATH`. */
async function surroundings({ services = {}, files = {} }: ShownExample) {
  const home = temporaryDirectory()
  const edge = await seedEdge()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), typeof content === 'string' ? content : content(edge))
  }
  const bin = join(home, '.bin')
  mkdirSync(bin)
  const script = join(dirname(resolve('tunnel/package.json')), 'bin', 'tunnel.mjs')
  const node = `exec "${process.execPath}" --import "${NETWORK.href}" "${script}" "$@"`
  writeFileSync(join(bin, 'tunnel'), `#!/bin/sh\n${node}\n`)
  chmodSync(join(bin, 'tunnel'), 0o755)
  return {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'] as ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      HOME: home,
      XDG_CONFIG_HOME: home,
      TUNNEL_CONNECT: edge.connectionString,
      SEED_NETWORK: JSON.stringify(await startServices(services)),
    },
  }
}

function printedBy(child: ChildProcess): () => string {
  let printed = ''
  for (const output of [child.stdout, child.stderr]) {
    output?.on('data', (chunk: Buffer) => {
      printed += chunk
    })
  }
  return () => printed
}

async function running(urls: readonly string[], printed: () => string): Promise<Running> {
  const seed = await seedEdge()
  return {
    urls,
    printed,
    edge: seed,
    visit: (url, options = {}) => visit(seed, url, options),
    talk,
    certificateOf: (url) => certificateOf(seed, url),
  }
}

async function visit({ edge, ca }: SeedEdge, url: string, options: VisitOptions): Promise<Visited> {
  const { protocol, hostname } = new URL(url)
  const secure = protocol !== 'http:'
  const port = secure ? edge.httpsAddress.port : edge.httpAddress?.port
  const common = { host: '127.0.0.1', port, path: options.path ?? '/', headers: { host: hostname }, agent: false }
  const outgoing = secure
    ? httpsRequest({ ...common, servername: hostname, ca, rejectUnauthorized: !options.insecure })
    : httpRequest(common)
  const answered = new Promise<IncomingMessage>((done, failed) => {
    outgoing.once('response', done)
    outgoing.once('error', failed)
  })
  outgoing.end()
  const answer = await within(answered, `an answer of ${url}`)
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) }
}

async function talk(url: string, said: string): Promise<string> {
  const socket = connectTcp({ host: TCP_BOUND_TO, port: Number(new URL(url).port) })
  let heard = ''
  const told = new Promise<string>((done, failed) => {
    socket.on('data', (chunk: Buffer) => {
      heard += chunk
      if (heard.includes(said)) done(heard)
    })
    socket.once('error', failed)
    socket.once('close', () => failed(new Error(`${url} closed after ${JSON.stringify(heard)}`)))
  })
  socket.write(said)
  try {
    return await within(told, `an answer of ${url}`)
  } finally {
    socket.destroy()
  }
}

async function certificateOf({ edge }: SeedEdge, url: string): Promise<PeerCertificate> {
  const { hostname: servername } = new URL(url)
  const target = { host: '127.0.0.1', port: edge.httpsAddress.port, servername, rejectUnauthorized: false }
  const socket = await within(
    new Promise<TLSSocket>((done, failed) => {
      const connecting = connectTls(target, () => done(connecting))
      connecting.once('error', failed)
    }),
    `a handshake with ${url}`,
  )
  const certificate = socket.getPeerCertificate()
  socket.destroy()
  return certificate
}
