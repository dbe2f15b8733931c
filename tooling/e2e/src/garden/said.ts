import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { RequestDecoder } from '@tunnel/http'
import { onTestFinished } from 'vitest'
import type { Understood } from './understood.ts'

/** Between the agent and a server of the garden: what they are told, as the project's own codec wrote it. */
export interface Said {
  readonly port: number
  /** Whole requests, in order. */
  readonly whole: readonly Understood[]
  /** Bytes that the project's own codec does not take back: it must never have written them. */
  readonly faults: readonly string[]
}

export async function listenToAgent(serverPort: number): Promise<Said> {
  const whole: Understood[] = []
  const faults: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (agent) => {
    const upstream = connect({ host: '127.0.0.1', port: serverPort, allowHalfOpen: true })
    for (const socket of [agent, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    }
    agent.on('close', () => upstream.destroy())
    upstream.on('close', () => agent.destroy())
    const decoder = decoderInto(whole, faults)
    agent.on('data', (chunk: Buffer) => decoder.write(chunk))
    agent.pipe(upstream).pipe(agent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, whole, faults }
}

function decoderInto(whole: Understood[], faults: string[]): RequestDecoder {
  let current = { method: '', target: '', host: '' }
  let body = ''
  const decoder: RequestDecoder = new RequestDecoder({
    onHead({ method, target, host }) {
      current = { method, target, host }
      body = ''
    },
    onBody(chunk) {
      body += chunk.toString('latin1')
    },
    onEnd() {
      whole.push({ ...current, body })
      queueMicrotask(() => decoder.next())
    },
    onError(error) {
      faults.push(`${error.code}: ${error.message}`)
    },
  })
  return decoder
}
