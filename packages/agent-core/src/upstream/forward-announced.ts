import { connect as connectTcp } from 'node:net'
import type { Stream } from '@tunnel/yamux'
import type { OpenTap } from '../inspection/stream-tap.ts'
import type { UpstreamAddress } from './address.ts'
import { usesTls } from './dial-upstream.ts'
import {
  DEFAULT_DIAL_TIMEOUT_MS,
  type ForwardEvents,
  type ForwardOptions,
  forwardStream,
  refuse,
} from './forward-stream.ts'

/** {@link forwardStream} to an upstream that is told first whose connection it gets: `header` is a PROXY protocol header. */
export function forwardAnnounced(
  stream: Stream,
  first: Buffer,
  address: UpstreamAddress,
  options: ForwardOptions,
  events: ForwardEvents,
  header: Buffer,
  openTap?: OpenTap,
): void {
  if (usesTls(address)) announceThenSecure(stream, first, address, options, events, header, openTap)
  else forwardStream(stream, first, address, { ...options, announcement: header }, events, openTap)
}

/** The header goes before TLS (reference agent.md §2.6), so the connection has to be there before the handshake begins. */
function announceThenSecure(
  stream: Stream,
  first: Buffer,
  address: UpstreamAddress,
  options: ForwardOptions,
  events: ForwardEvents,
  header: Buffer,
  openTap: OpenTap | undefined,
): void {
  const { dialTimeoutMs = DEFAULT_DIAL_TIMEOUT_MS } = options
  const tcp = connectTcp({ host: address.host, port: address.port, noDelay: true })
  const timer = setTimeout(() => tcp.destroy(new Error(`no connection within ${dialTimeoutMs} ms`)), dialTimeoutMs)
  const visitorLeft = (): void => void tcp.destroy()
  const onError = (cause: Error): void => {
    const tap = openTap?.(() => {})
    tap?.fromVisitor(first)
    refuse(stream, cause, events, tap)
  }
  stream.pause()
  stream.on('close', visitorLeft)
  tcp.on('error', onError)
  tcp.on('close', () => clearTimeout(timer))
  tcp.once('connect', () => {
    clearTimeout(timer)
    stream.off('close', visitorLeft)
    tcp.off('error', onError)
    // From here on it is the TLS socket that fails.
    tcp.on('error', () => {})
    tcp.write(header)
    forwardStream(stream, first, address, { ...options, over: tcp }, events, openTap)
    stream.resume()
  })
}
