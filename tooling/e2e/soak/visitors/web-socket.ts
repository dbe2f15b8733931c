import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { WebSocket } from 'ws'
import { assertSame, type Site } from '../site.ts'

const MESSAGES = 20

/** A conversation: each message is answered before the next one leaves. */
export async function talkOverWebSocket(site: Site): Promise<void> {
  const webSocket = await openWebSocket(site)
  try {
    for (let count = 0; count < MESSAGES; count++) {
      webSocket.send(`message ${count}`)
      const [data] = (await once(webSocket, 'message')) as [Buffer]
      assertSame('the echo', data.toString(), `message ${count}`)
    }
    webSocket.close()
    await once(webSocket, 'close')
  } finally {
    webSocket.terminate()
  }
}

export async function openWebSocket({ https: url, ca }: Site): Promise<WebSocket> {
  const webSocket = new WebSocket(`wss://127.0.0.1:${url.port}/socket`, {
    headers: { host: url.host },
    createConnection: () => connectTls({ host: '127.0.0.1', port: Number(url.port), servername: url.hostname, ca }),
  })
  await once(webSocket, 'open')
  webSocket.on('error', () => {})
  return webSocket
}
