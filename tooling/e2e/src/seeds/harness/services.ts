import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { onTestFinished } from 'vitest'
import { seedEdge } from './seed-edge.ts'

/** `web` and `secure web` answer with what they were asked; `greeting` says its name and repeats what it hears. */
export type ServiceKind = 'web' | 'secure web' | 'greeting'

/** What a web service of an example answers with. */
export interface WebAnswer {
  /** The address that the example calls it by. */
  readonly service: string
  readonly headers: Readonly<Record<string, string>>
}

/** Starts the services of an example. Resolves to their ports by the addresses that the example calls them by. */
export async function startServices(services: Readonly<Record<string, ServiceKind>>): Promise<Record<string, number>> {
  const started = Object.entries(services).map(
    async ([address, kind]) => [address, await start(address, kind)] as const,
  )
  return Object.fromEntries(await Promise.all(started))
}

async function start(address: string, kind: ServiceKind): Promise<number> {
  const server = await serverOf(address, kind)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    if ('closeAllConnections' in server) (server as ReturnType<typeof createHttpServer>).closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function serverOf(address: string, kind: ServiceKind): Promise<Server> {
  const answer: RequestListener = (request, response) =>
    void response.end(JSON.stringify({ service: address, headers: request.headers }))
  switch (kind) {
    case 'web':
      return createHttpServer(answer)
    case 'secure web':
      return createHttpsServer({ ...(await seedEdge()).serviceCertificate }, answer)
    case 'greeting':
      return createTcpServer((socket) => {
        socket.on('error', () => {})
        socket.write(`this is ${address}\n`)
        socket.pipe(socket)
      })
  }
}
