/**
 * Many flow-controlled byte streams over one ordered connection: hashicorp's yamux, with the surface of yamux-js.
 *
 * @example
 * import { Client, Server } from '@tunnel/yamux'
 *
 * createServer((socket) => new Server((stream) => stream.pipe(stream)).attach(socket)).listen(7000)
 *
 * const stream = new Client().attach(connect(7000)).open()
 * stream.end('hello')
 *
 * @packageDocumentation
 */
export { Client } from './client.ts'
export type { Clock } from './clock.ts'
export type { Config } from './config.ts'
export { YamuxError, type YamuxErrorCode } from './errors.ts'
export { GoAwayCode } from './frame.ts'
export type { StreamSink } from './receive-half.ts'
export { Server } from './server.ts'
export { Session, type SessionEvents } from './session.ts'
export { Stream } from './stream.ts'
