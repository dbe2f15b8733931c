import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { runToEnd } from '../harness/process.ts'
import { type EdgeProgram, runAgentProgram, startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'
import { type CertificateFiles, createAuthority, createLeaf, hasOpenssl } from './certificates.ts'
import { startTlsUpstream } from './tls-visitor.ts'

const HOST = 'mine.localhost'
const url = `--url=tls://${HOST}`

/** A protocol that is not HTTP, whose server speaks first. */
const startMailServer = () =>
  startRawUpstream((connection) => {
    connection.send('* OK ready\r\n')
    void connection.receive('a LOGOUT\r\n').then(() => connection.finish('* BYE\r\na OK\r\n'))
  })

describe.skipIf(!hasOpenssl)('tunnel tls (needs openssl and curl)', () => {
  let authority: CertificateFiles
  let server: CertificateFiles
  let client: CertificateFiles
  let pair: string[]
  beforeAll(() => {
    authority = createAuthority('An authority')
    server = createLeaf(authority, [HOST])
    client = createLeaf(authority, ['Ann'])
    pair = ['--crt', server.certFile, '--key', server.keyFile]
  })

  async function sClient(
    edge: EdgeProgram,
    ca: string,
    args: readonly string[] = [],
    input = 'a LOGOUT\r\n',
  ): Promise<string> {
    const target = ['-connect', `127.0.0.1:${edge.httpsPort}`, '-servername', HOST]
    const trust = ['-CAfile', ca, '-verify_return_error', '-verify_hostname', HOST]
    const output = await runToEnd('openssl', ['s_client', ...target, ...trust, '-quiet', ...args], {
      input: Buffer.from(input),
    })
    return output.toString()
  }

  async function curl(edge: EdgeProgram, ca: string, args: readonly string[] = []): Promise<string> {
    const resolve = ['--resolve', `${HOST}:${edge.httpsPort}:127.0.0.1`, '--noproxy', '*']
    return (
      await runToEnd('curl', ['-sS', '--cacert', ca, ...resolve, ...args, `https://${HOST}:${edge.httpsPort}/`])
    ).toString()
  }

  test('ends at the upstream: openssl and curl see its certificate', async () => {
    const edge = await startEdgeProgram()
    const mail = await startTlsUpstream(server, (socket) => {
      socket.write('* OK ready\r\n')
      socket.once('data', () => socket.end('* BYE\r\n'))
    })
    const agent = await startAgentProgram(edge.connectionString, ['tls', String(mail.port), url])
    expect(agent.urls).toEqual([`tls://${HOST}:${edge.httpsPort}`])
    expect(await sClient(edge, authority.certFile)).toBe('* OK ready\r\n* BYE\r\n')
  })

  test('ends in the agent, for any protocol', async () => {
    const edge = await startEdgeProgram()
    await startAgentProgram(edge.connectionString, ['tls', String((await startMailServer()).port), url, ...pair])
    expect(await sClient(edge, authority.certFile)).toBe('* OK ready\r\n* BYE\r\na OK\r\n')
    await expect(sClient(edge, client.certFile)).rejects.toThrow('verify error')
  })

  test("ends at the edge, with the edge's certificate or one that the agent brings", async () => {
    const edge = await startEdgeProgram()
    const { port } = await startUpstream((_request, response) => response.end('hello'))
    const ca = join(temporaryDirectory(), 'ca.pem')
    writeFileSync(ca, edge.ca)
    const first = await startAgentProgram(edge.connectionString, ['tls', String(port), url, '--terminate-at=edge'])
    expect(await curl(edge, ca)).toBe('hello')
    await stop(first.child)

    await startAgentProgram(edge.connectionString, ['tls', String(port), url, '--terminate-at=edge', ...pair])
    expect(await curl(edge, authority.certFile)).toBe('hello')
  })

  test.each(['edge', 'agent'])(
    'asks for client certificates at the %s, and refuses TLS 1.2 when told to',
    async (place) => {
      const edge = await startEdgeProgram()
      const { port } = await startUpstream((_request, response) => response.end('hello'))
      const args = [`--terminate-at=${place}`, ...pair, '--mutual-tls-cas', authority.certFile, '--tls-min-version=1.3']
      await startAgentProgram(edge.connectionString, ['tls', String(port), url, ...args])
      const own = ['--cert', client.certFile, '--key', client.keyFile]
      expect(await curl(edge, authority.certFile, own)).toBe('hello')
      await expect(curl(edge, authority.certFile)).rejects.toThrow(/exited with (?!0)/)
      await expect(curl(edge, authority.certFile, [...own, '--tls-max', '1.2'])).rejects.toThrow('protocol version')
    },
  )

  test('says what is wrong with its files, and ends', async () => {
    const edge = await startEdgeProgram()
    const args = ['tls', '443', url, '--crt', server.certFile, '--key', client.keyFile]
    const { code, stderr } = await runAgentProgram(edge.connectionString, args)
    expect(code).toBe(1)
    expect(stderr).toContain(`${server.certFile}: the private key is not that of the first certificate`)
    expect(stderr).toContain('ERR_TUNNEL_14001')
  })

  test('of the edge: certificates of its operator are chosen by name', async () => {
    const other = createLeaf(authority, ['other.localhost'])
    const settings = [
      '--certificates',
      `${server.certFile},${server.keyFile}`,
      '--certificates',
      `${other.certFile},${other.keyFile}`,
    ]
    const edge = await startEdgeProgram({ args: settings })
    const shown = async (name: string): Promise<string> => {
      const target = ['s_client', '-connect', `127.0.0.1:${edge.httpsPort}`, '-servername', name]
      const output = (await runToEnd('openssl', target, { input: Buffer.from('') })).toString()
      return new X509Certificate(output.slice(output.indexOf('-----BEGIN'))).subject
    }
    expect(await shown(HOST)).toContain(`CN=${HOST}`)
    expect(await shown('other.localhost')).toContain('CN=other.localhost')
    expect(await shown('third.localhost')).not.toContain('Tunnel tests')
  })
})
