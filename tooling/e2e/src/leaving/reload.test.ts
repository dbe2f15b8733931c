import '../harness/dangling.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { runToEnd } from '../harness/process.ts'
import { type EdgeProgram, startEdgeProgram } from '../harness/programs.ts'
import { visit } from '../harness/raw-connection.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { startEchoService } from './harness/echo-sockets.ts'
import { hasWrk, startLoad, startWrk } from './harness/load.ts'
import { httpEndpoint, sessionOf } from './harness/session-of.ts'

let config: string

beforeEach(() => {
  config = join(temporaryDirectory(), 'edge.yml')
})

function startConfigured(text: string): Promise<EdgeProgram> {
  writeFileSync(config, text)
  return startEdgeProgram({ args: [`--config=${config}`] })
}

const logOf = (edge: EdgeProgram): Record<string, unknown>[] =>
  edge
    .printed()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** Reloads, and resolves to the record that says how it went. */
async function reload(edge: EdgeProgram, outcome: string): Promise<Record<string, unknown>> {
  const matching = (): Record<string, unknown>[] => logOf(edge).filter(({ msg }) => msg === outcome)
  const before = matching().length
  edge.child.kill('SIGHUP')
  await until(() => matching().length > before, outcome)
  return matching().at(-1) as Record<string, unknown>
}

const RELOADED = 'settings and certificates were reloaded'

/** The status of a request whose head has 2,000 bytes more than it needs. */
async function statusOfLargeRequest(url: string): Promise<number> {
  const visitor = await visit(url)
  visitor.send(`GET / HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\nX: ${'x'.repeat(2000)}\r\n\r\n`)
  return Number((await visitor.receiveAll()).split(' ')[1])
}

describe.skipIf(process.platform === 'win32')('an edge that is told to reload', () => {
  test('lets limits of its file hold from the next connection on, and fails no request meanwhile', async () => {
    const edge = await startConfigured('max_head_bytes: 65536\n')
    const session = await sessionOf(edge)
    const url = (await httpEndpoint(session, (await startEchoService()).port)).url()
    const load = startLoad(url)
    expect(await statusOfLargeRequest(url)).toBe(200)
    writeFileSync(config, 'max_head_bytes: 1024\ndrain_grace: 1s\n')
    expect(await reload(edge, RELOADED)).toMatchObject({
      settings: expect.arrayContaining(['max_head_bytes', 'drain_grace']),
    })
    expect(await statusOfLargeRequest(url)).toBe(431)
    const sofar = load.answered
    await until(() => load.answered > sofar + 100, 'load after the reload')
    await load.stop()
    expect(load.failures).toEqual([])
    expect(session.state).toBe('online')
  })

  test.skipIf(!hasWrk)('again and again under wrk, fails no request', async () => {
    const edge = await startConfigured('max_headers: 100\n')
    const session = await sessionOf(edge)
    const url = (await httpEndpoint(session, (await startEchoService()).port, 'busy')).url()
    const wrk = startWrk(url)
    for (let headers = 101; headers < 130; headers++) {
      writeFileSync(config, `max_headers: ${headers}\n`)
      await reload(edge, RELOADED)
    }
    const { requests, errors } = await wrk.stop()
    expect(errors).toEqual([])
    expect(requests).toBeGreaterThan(0)
  })

  test('says what is wrong with the new file and keeps the old settings', async () => {
    const edge = await startConfigured('max_head_bytes: 65536\n')
    const session = await sessionOf(edge)
    const url = (await httpEndpoint(session, (await startEchoService()).port)).url()
    writeFileSync(config, 'max_head_bytes: 1024\nmax_hedders: 5\n')
    const { level, faults } = await reload(edge, 'settings are wrong; the ones before stay in force')
    expect(level).toBe('error')
    expect(faults).toContain(`${config}:2:1`)
    expect(faults).toContain('max_headers')
    expect(await statusOfLargeRequest(url)).toBe(200)
  })

  test('names the settings that take another process', async () => {
    const edge = await startConfigured('log_level: info\n')
    writeFileSync(config, 'log_level: warn\nresume_window: 5m\ntcp_ports: 30000-30010\n')
    expect(await reload(edge, 'changed settings take an upgrade or a restart')).toMatchObject({
      level: 'warn',
      settings: ['tcp_ports', 'resume_window'],
    })
  })

  test('serves a changed certificate to the next handshake, and open connections go on', async () => {
    const files = { cert: join(temporaryDirectory(), 'edge.crt'), key: join(temporaryDirectory(), 'edge.key') }
    await writeCertificate(files, 'first')
    const edge = await startConfigured(`tls_cert: ${files.cert}\ntls_key: ${files.key}\n`)
    const open = await openSecure(edge.httpsPort)
    expect(subjectOf(open)).toBe('first')
    await writeCertificate(files, 'second')
    await reload(edge, RELOADED)
    expect(subjectOf(await openSecure(edge.httpsPort))).toBe('second')
    open.write('GET / HTTP/1.1\r\nHost: nobody.localhost\r\n\r\n')
    const answer = await new Promise<Buffer>((resolve) => open.once('data', resolve))
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /)
  })
})

function writeCertificate({ cert, key }: { cert: string; key: string }, subject: string): Promise<Buffer> {
  const names = 'subjectAltName=DNS:*.localhost,DNS:nobody.localhost'
  return runToEnd('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${subject}`, '-addext', names, '-keyout', key, '-out', cert],
  ])
}

async function openSecure(port: number): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'nobody.localhost', rejectUnauthorized: false })
  onTestFinished(() => void socket.destroy())
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  return socket
}

function subjectOf(socket: TLSSocket): string | undefined {
  return socket.getPeerX509Certificate()?.subject.replace('CN=', '')
}
