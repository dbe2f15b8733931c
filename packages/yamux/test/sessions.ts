import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { createDuplexPair, ManualClock } from '@tunnel/testkit'
import { expect, onTestFinished } from 'vitest'
import { Client, type Config, Server, type Session, type Stream } from '../src/index.ts'
import { RawPeer } from './raw-peer.ts'

interface Watched<S extends Session> {
  readonly session: S
  readonly errors: Error[]
  readonly clock: ManualClock
  readonly connection: Duplex
}

/** A session and the errors it reports. */
function watch<S extends Session>(session: S, clock: ManualClock, connection: Duplex): Watched<S> {
  const errors: Error[] = []
  session.on('error', (error: Error) => errors.push(error))
  connection.on('error', () => {})
  return { session, errors, clock, connection }
}

/** The end of the test aborts the sessions and asserts that they leave no timer and no listener. */
function expectNothingLeft(...watched: Watched<Session>[]): void {
  onTestFinished(async () => {
    for (const { session } of watched) session.abort()
    for (const { session, clock, connection } of watched) {
      await whenClosed(session)
      if (!connection.closed) await once(connection, 'close')
      expect(clock.pending).toBe(0)
      expect(['data', 'drain', 'end', 'close'].filter((event) => connection.listenerCount(event) > 0)).toEqual([])
      expect(connection.listenerCount('error')).toBe(1)
    }
  })
}

export interface PairOptions {
  client?: Config
  server?: Config
  onStream?: (stream: Stream) => void
}

/** A client and a server over an in-memory connection, with a clock for each. */
export function sessionPair(options: PairOptions = {}) {
  const [near, far] = createDuplexPair()
  const [clientClock, serverClock] = [new ManualClock(), new ManualClock()]
  const accepted: Stream[] = []
  const onStream = options.onStream ?? ((stream: Stream) => accepted.push(stream.on('error', () => {})))
  const client = watch(new Client({ clock: clientClock, ...options.client }), clientClock, near)
  const server = watch(new Server(onStream, { clock: serverClock, ...options.server }), serverClock, far)
  expectNothingLeft(client, server)
  server.session.attach(far)
  client.session.attach(near)
  return {
    client: client.session,
    clientErrors: client.errors,
    clientClock,
    near,
    server: server.session,
    serverErrors: server.errors,
    serverClock,
    far,
    accepted,
  }
}

/** A server whose peer is the test. */
export function serverWithRawPeer(config: Config = {}) {
  const clock = new ManualClock()
  const accepted: Stream[] = []
  const server = new Server(undefined, {
    clock,
    onStream: (stream) => accepted.push(stream.on('error', () => {})),
    ...config,
  })
  const peer = new RawPeer(server)
  const watched = watch(server, clock, peer.connection)
  expectNothingLeft(watched)
  return { server, errors: watched.errors, peer, clock, accepted }
}

export function clientWithRawPeer(config: Config = {}) {
  const clock = new ManualClock()
  const client = new Client({ clock, ...config })
  const peer = new RawPeer(client)
  const watched = watch(client, clock, peer.connection)
  expectNothingLeft(watched)
  return { client, errors: watched.errors, peer, clock }
}

/** Lets everything that is under way arrive: some turns of the event loop without a timer. */
export async function settle(turns = 20): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** `once(session, 'close')` rejects with the error that a failing session reports first; this does not. */
export function whenClosed(session: Session): Promise<void> {
  return new Promise((resolve) => {
    // Its events follow in the same turn.
    if (session.closed) setImmediate(resolve)
    else session.once('close', () => resolve())
  })
}

/** All that `stream` brings until its peer ends. Unlike `for await`, leaves the writing side open. */
export function readAll(stream: Stream): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => resolve(Buffer.concat(chunks).toString()))
    stream.on('error', reject)
  })
}
