import { copyFileSync, writeFileSync } from 'node:fs'
import { type EndpointConfig, forwardOver } from '@tunnel/agent-core'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { DOMAIN, identity } from '../harness/identity.ts'
import { startRelay } from '../harness/relay.ts'
import { startTestEdge } from '../harness/test-edge.ts'
import { within } from '../harness/until.ts'
import { startRawUpstream, startUpstream } from '../harness/upstream.ts'
import { type CertificateFiles, createAuthority, createLeaf, hasOpenssl } from './certificates.ts'
import { echo, visitTls } from './tls-visitor.ts'

const HOST = `mine.${DOMAIN}`

/** The agent looks at its files every 5 seconds. */
const PATIENCE_MS = 30_000

describe.skipIf(!hasOpenssl)('files of TLS that ends at the edge (need openssl)', () => {
  let authority: CertificateFiles
  let other: CertificateFiles
  beforeAll(() => {
    authority = createAuthority('An authority')
    other = createAuthority('Another authority')
  })

  /** Asks again until the answer is the one. */
  async function eventually(answer: () => Promise<boolean>, what: string): Promise<void> {
    let isOver = false
    const asking = (async () => {
      while (!isOver) if (await answer()) return
    })()
    await within(asking, what, PATIENCE_MS).finally(() => {
      isOver = true
    })
  }

  test('a renewed pair is sent to the edge, and to the next session; a connection that is open goes on', async () => {
    const tunnel = await startTestEdge()
    const relay = await startRelay({ port: tunnel.httpsPort })
    const session = await tunnel.connectAgent({ connect: tunnel.connectionString({ port: relay.port }) })
    const files = createLeaf(authority, [HOST])
    const { port } = await startRawUpstream(({ socket }) => echo(socket))
    const config: EndpointConfig = {
      crt: files.certFile,
      key: files.keyFile,
      terminate_at: 'edge',
      url: `tls://${HOST}`,
    }
    const url = (await forwardOver(session, { addr: port, ...config })).url()
    const serialShown = async (): Promise<string> => {
      const visitor = await visitTls(url, { ca: authority.cert })
      const { serialNumber } = visitor.socket.getPeerCertificate()
      visitor.finish()
      return serialNumber
    }
    const first = await serialShown()
    const open = await visitTls(url, { ca: authority.cert })
    await open.send('before').receive('before')

    createLeaf(authority, [HOST], files)
    await eventually(async () => (await serialShown()) !== first, 'the new certificate to be shown')
    const second = await serialShown()
    await open.send(', after').receive('before, after')
    open.finish()

    const back = new Promise((resolve) => session.once('connected', resolve))
    relay.cut()
    await within(back, 'the agent to be back')
    expect(await serialShown()).toBe(second)
  })

  test('what cannot be used leaves what is in use, and is told of once', async () => {
    const warnings: string[] = []
    const onWarning = ({ message }: Error): void => void warnings.push(message)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const tunnel = await startTestEdge()
    const files = createLeaf(authority, [HOST])
    const url = (
      await tunnel.forward(await startRawUpstream(({ socket }) => echo(socket)), {
        crt: files.certFile,
        key: files.keyFile,
        terminate_at: 'edge',
        url: `tls://${HOST}`,
      })
    ).url()
    writeFileSync(files.certFile, 'no certificate')
    await eventually(() => new Promise((resolve) => setImmediate(() => resolve(warnings.length > 0))), 'a warning')
    expect(warnings).toEqual(['the certificate is none in PEM; what the edge was sent before stays in use'])
    const visitor = await visitTls(url, { ca: authority.cert })
    await visitor.send('still here').receive('still here')
    visitor.finish()
  })

  test('changed authorities let in others, from the next connection on', async () => {
    const tunnel = await startTestEdge()
    const { ca } = await identity()
    const [ann, eve] = [createLeaf(authority, ['Ann']), createLeaf(other, ['Eve'])]
    const file = `${ann.certFile}.authorities`
    copyFileSync(authority.certFile, file)
    const upstream = await startUpstream((_request, response) => response.end('welcome'))
    await tunnel.forward(upstream, { url: `https://${HOST}`, mutual_tls_cas: file })
    const isWelcome = async ({ cert, key }: CertificateFiles): Promise<boolean> => {
      try {
        const visitor = await visitTls(`tls://${HOST}:${tunnel.httpsPort}`, {
          ca,
          cert,
          key,
          ALPNProtocols: ['http/1.1'],
        })
        visitor.finish(`GET / HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`)
        return (await visitor.receiveAll()).endsWith('welcome')
      } catch {
        return false
      }
    }
    expect([await isWelcome(ann), await isWelcome(eve)]).toEqual([true, false])
    copyFileSync(other.certFile, file)
    await eventually(() => isWelcome(eve), 'the other authority to count')
    expect(await isWelcome(ann)).toBe(false)
  })
})
