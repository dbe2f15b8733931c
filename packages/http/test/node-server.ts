import { createServer, type IncomingMessage } from 'node:http'
import { finished } from 'node:stream/promises'
import { createDuplexPair } from '@tunnel/testkit'

export interface NodeMessage {
  method: string
  target: string
  headers: string[]
  body: string
  trailers: string[]
  complete: boolean
}

export interface NodeReading {
  messages: NodeMessage[]
  refused: boolean
}

/** What node:http's own strict parser makes of `bytes` on one connection that then ends. In memory: no socket, no port. */
export async function readWithNode(bytes: Buffer): Promise<NodeReading> {
  const requests: IncomingMessage[] = []
  const messages: Promise<NodeMessage>[] = []
  const server = createServer({ insecureHTTPParser: false, requireHostHeader: true })
  for (const event of ['request', 'checkContinue', 'checkExpectation']) {
    server.on(event, (request: IncomingMessage, response) => {
      requests.push(request)
      messages.push(readMessage(request).finally(() => response.end()))
    })
  }
  const [visitor, connection] = createDuplexPair()
  const closed = new Promise<void>((resolve) => visitor.on('close', resolve).on('error', () => {}))
  let refused = false
  server.on('clientError', (_error, socket) => {
    refused = true
    // What was read whole before the fault still comes out.
    const whole = messages.filter((_, index) => requests[index]!.complete)
    void Promise.all(whole).then(() => socket.destroy())
  })
  server.emit('connection', connection)
  visitor.resume().on('end', () => visitor.destroy())
  visitor.end(bytes)
  await closed
  server.close()
  return { messages: await Promise.all(messages), refused }
}

async function readMessage(request: IncomingMessage): Promise<NodeMessage> {
  const message = { method: request.method!, target: request.url!, headers: request.rawHeaders, body: '' }
  request.setEncoding('latin1').on('data', (chunk: string) => {
    message.body += chunk
  })
  // A request that is cut off fails here, and is not complete.
  await finished(request).catch(() => {})
  return { ...message, trailers: request.rawTrailers, complete: request.complete }
}
