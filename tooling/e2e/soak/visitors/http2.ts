import { once } from 'node:events'
import { type ClientHttp2Session, connect } from 'node:http2'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { assertSame, type Site } from '../site.ts'

const STREAMS = 10

/** A connection with several requests at once. */
export async function askOverHttp2(site: Site): Promise<void> {
  const session = openHttp2(site)
  try {
    await Promise.all(Array.from({ length: STREAMS }, () => getOver(session)))
    session.close()
    await once(session, 'close')
  } finally {
    session.destroy()
  }
}

async function getOver(session: ClientHttp2Session): Promise<void> {
  const stream = session.request({ ':path': '/hello' })
  const [headers] = await once(stream, 'response')
  assertSame('the status', String(headers[':status']), '200')
  assertSame('the answer', await text(stream), 'hello')
}

export function openHttp2({ https: url, ca }: Site): ClientHttp2Session {
  const createConnection = () =>
    connectTls({ host: '127.0.0.1', port: Number(url.port), servername: url.hostname, ca, ALPNProtocols: ['h2'] })
  return connect(url, { createConnection }).on('error', () => {})
}
