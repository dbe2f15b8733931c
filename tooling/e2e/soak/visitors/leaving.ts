import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { answerTo, open, type Site } from '../site.ts'
import { openHttp2 } from './http2.ts'
import { openWebSocket } from './web-socket.ts'

const UPLOAD_BYTES = 10_000_000

/** Visitors that go in the middle, each in a way of its own. */
export const leavingVisitors: readonly ((site: Site) => Promise<void>)[] = [
  async function leaveDownload(site) {
    const outgoing = open(site, site.https, '/large', { keepAlive: false })
    outgoing.end()
    const response = await answerTo(outgoing)
    await once(response, 'data')
    await closed(response.destroy())
  },
  async function leaveUpload(site) {
    const settings = { method: 'POST', keepAlive: false, headers: { 'content-length': UPLOAD_BYTES } }
    const outgoing = open(site, site.http, '/digest', settings)
    outgoing.write(randomBytes(UPLOAD_BYTES / 10))
    await once(outgoing, 'drain')
    await closed(outgoing.destroy())
  },
  async function leaveEvents(site) {
    const outgoing = open(site, site.https, '/events', { keepAlive: false })
    outgoing.end()
    const response = await answerTo(outgoing)
    await once(response, 'data')
    await closed(response.destroy())
  },
  async function leaveWebSocket(site) {
    const webSocket = await openWebSocket(site)
    webSocket.send(randomBytes(100_000))
    webSocket.terminate()
    await once(webSocket, 'close')
  },
  async function leaveHttp2Stream(site) {
    const session = openHttp2(site)
    const stream = session.request({ ':path': '/large' })
    await once(stream, 'data')
    stream.close()
    session.destroy()
    await once(session, 'close')
  },
]

async function closed(stream: { closed: boolean; once(event: 'close', listener: () => void): unknown }): Promise<void> {
  if (!stream.closed) await new Promise<void>((resolve) => stream.once('close', resolve))
}
