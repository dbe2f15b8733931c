import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Understood } from './understood.ts'

/** The service behind a server of the garden: it notes what that server made of what it was sent. */
export interface LastReader {
  readonly port: number
  /** Whole requests, in order. */
  readonly whole: readonly Understood[]
  readonly openRequests: number
}

export async function startLastReader(): Promise<LastReader> {
  const whole: Understood[] = []
  let openRequests = 0
  const server = createServer((incoming, response) => {
    openRequests++
    response.once('close', () => openRequests--)
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('error', () => {})
    incoming.on('end', () => {
      whole.push(understoodOf(incoming, Buffer.concat(chunks)))
      response.end('read')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    whole,
    get openRequests() {
      return openRequests
    },
  }
}

function understoodOf({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Understood {
  return { method, target: url, host: headers.host ?? '', body: body.toString('latin1') }
}
