import { once } from 'node:events'
import { type AddressInfo, BlockList, createServer, isIP, type Server, type Socket } from 'node:net'
import { InspectorError } from '../errors.ts'
import type { CreatedServer } from './create-server.ts'
import type { InspectorPluginOptions } from './inspector-plugin.ts'

export interface ServeInspectorOptions extends Omit<InspectorPluginOptions, 'isLoopback'> {
  /** @default `127.0.0.1` */
  host?: string | undefined
  /** Left out: 4040, or the next one of `maxPortsTried` that is free. A port that is given has to be free. */
  port?: number | undefined
}

export interface ServedInspector {
  /** `http://127.0.0.1:4040` */
  readonly url: string
  readonly port: number
  /** Ends every connection. Idempotent. */
  close(): Promise<void>
}

const DEFAULT_PORT = 4040
/** Ports that are tried, from 4040 on. */
const MAX_PORTS_TRIED = 100

/**
 * Listens for people and programs that want to look. The server itself, which is larger than the rest of an agent, is loaded when the first
 * of them comes. Rejects with `ERR_INSPECTOR_ADDRESS_IN_USE` and `ERR_INSPECTOR_ADDRESS`.
 */
export async function serveInspector(options: ServeInspectorOptions): Promise<ServedInspector> {
  const { host = '127.0.0.1' } = options
  const sockets = new Set<Socket>()
  let created: Promise<CreatedServer> | undefined
  const load = async (): Promise<CreatedServer> => {
    const { createInspectorServer } = await import('./create-server.ts')
    return createInspectorServer({ ...options, isLoopback: isLoopback(host) })
  }
  const listener = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    created ??= load()
    created.then(
      ({ server }) => {
        server.emit('connection', socket)
        socket.resume()
      },
      () => socket.destroy(),
    )
  })
  const port = await listen(listener, host, options.port)
  // Whoever only looks must not keep the agent from ending.
  listener.unref()
  let closing: Promise<void> | undefined
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    close() {
      closing ??= close(listener, sockets, created)
      return closing
    },
  }
}

async function listen(listener: Server, host: string, wanted: number | undefined): Promise<number> {
  const last = wanted ?? DEFAULT_PORT + MAX_PORTS_TRIED - 1
  for (let port = wanted ?? DEFAULT_PORT; port <= last; port++) {
    try {
      listener.listen({ host, port, exclusive: true })
      await once(listener, 'listening')
      return (listener.address() as AddressInfo).port
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code !== 'EADDRINUSE') {
        throw new InspectorError(
          'ERR_INSPECTOR_ADDRESS',
          `the web interface cannot listen on ${host}:${port} (${code})`,
          { cause },
        )
      }
    }
  }
  const where = wanted === undefined ? `${host}:${DEFAULT_PORT} or any port up to ${last}` : `${host}:${wanted}`
  throw new InspectorError('ERR_INSPECTOR_ADDRESS_IN_USE', `the web interface cannot listen on ${where}: it is in use`)
}

async function close(
  listener: Server,
  sockets: ReadonlySet<Socket>,
  created: Promise<CreatedServer> | undefined,
): Promise<void> {
  listener.close()
  const server = await created?.catch(() => undefined)
  await server?.close()
  for (const socket of sockets) socket.destroy()
}

function isLoopback(host: string): boolean {
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8)
  loopback.addAddress('::1', 'ipv6')
  const version = isIP(host)
  return version === 0 ? host.toLowerCase() === 'localhost' : loopback.check(host, version === 4 ? 'ipv4' : 'ipv6')
}
