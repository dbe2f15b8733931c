import '../harness/dangling.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { runToEnd } from '../harness/process.ts'
import { type EdgeProgram, runAgentProgram, startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startUpstream } from '../harness/upstream.ts'
import { type CertificateFiles, createAuthority, createLeaf, hasOpenssl } from './certificates.ts'

const HOST = 'mine.localhost'

describe.skipIf(!hasOpenssl)('tunnel http --mutual-tls-cas (needs openssl and curl)', () => {
  let authority: CertificateFiles
  let ann: CertificateFiles
  let eve: CertificateFiles
  beforeAll(() => {
    authority = createAuthority('An authority')
    ann = createLeaf(authority, ['Ann'])
    eve = createLeaf(createAuthority('Another authority'), ['Eve'])
  })

  async function curl(edge: EdgeProgram, args: readonly string[], client?: CertificateFiles): Promise<string> {
    const ca = join(temporaryDirectory(), 'ca.pem')
    writeFileSync(ca, edge.ca)
    const resolve = ['--resolve', `${HOST}:${edge.httpsPort}:127.0.0.1`, '--noproxy', '*']
    const own = client ? ['--cert', client.certFile, '--key', client.keyFile] : []
    const url = `https://${HOST}:${edge.httpsPort}/`
    return (await runToEnd('curl', ['-sS', '--cacert', ca, ...resolve, ...args, ...own, url])).toString()
  }

  test.each([
    ['HTTP/1.1', ['--http1.1'], '1.1'],
    ['HTTP/2', ['--http2'], '2'],
    ['HTTP/1.1 over TLS 1.2', ['--http1.1', '--tls-max', '1.2'], '1.1'],
  ])(
    'over %s curl gets an answer with a certificate of the authority, and with nothing else',
    async (_name, args, version) => {
      const edge = await startEdgeProgram()
      const { port, requests } = await startUpstream((_request, response) => response.end('hello'))
      const command = ['http', String(port), '--url', `https://${HOST}`, '--mutual-tls-cas', authority.certFile]
      const agent = await startAgentProgram(edge.connectionString, command)
      expect(await curl(edge, [...args, '-w', ' %{http_version}'], ann)).toBe(`hello ${version}`)
      await expect(curl(edge, args)).rejects.toThrow(/exited with (?!0)/)
      await expect(curl(edge, args, eve)).rejects.toThrow(/exited with (?!0)/)
      expect(requests).toHaveLength(1)
      await stop(agent.child)
      await stop(edge.child)
    },
  )

  test('says what is wrong, and ends', async () => {
    const edge = await startEdgeProgram()
    const failed = async (...args: string[]) =>
      (await runAgentProgram(edge.connectionString, ['http', '80', '--mutual-tls-cas', ...args])).stderr
    expect(await failed(ann.certFile)).toMatch(/CN=Ann.* is not a CA[\s\S]*ERR_TUNNEL_14002/)
    expect(await failed('missing.pem')).toMatch(/missing\.pem cannot be read[\s\S]*ERR_TUNNEL_14002/)
    for (const http of [
      ['--scheme', 'http,https'],
      ['--url', 'http://x.localhost'],
    ]) {
      expect(await failed(authority.certFile, ...http)).toContain('--mutual-tls-cas needs https')
    }
    await stop(edge.child)
  })
})
