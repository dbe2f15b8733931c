import { connect as connectTcp } from 'node:net'
import type { StreamHeader } from '@tunnel/protocol'
import type { Stream } from '@tunnel/yamux'
import { tapOpener } from '../inspection/tap-opener.ts'
import type { UpstreamAddress } from './address.ts'
import { usesTls } from './dial-upstream.ts'
import {
  DEFAULT_DIAL_TIMEOUT_MS,
  type ForwardEvents,
  type ForwardOptions,
  forwardStream,
  refuse,
} from './forward-stream.ts'

/** {@link forwardStream} to an upstream that is told first whose connection it gets: `announcement` is a PROXY protocol header. */
export function forwardAnnounced(
  stream: Stream,
  header: StreamHeader,
  first: Buffer,
  address: UpstreamAddress,
  options: ForwardOptions,
  events: ForwardEvents,
  announcement: Buffer,
): void {
  if (usesTls(address)) announceThenSecure(stream, header, first, address, options, events, announcement)
  else forwardStream(stream, header, first, address, { ...options, announcement }, events)
}

/** The announcement goes before TLS (reference agent.md §2.6), so the connection has to be there before the handshake begins. */
function announceThenSecure(
  stream: Stream,
  header: StreamHeader,
  first: Buffer,
  address: UpstreamAddress,
  options: ForwardOptions,
  events: ForwardEvents,
  announcement: Buffer,
): void {
  const { dialTimeoutMs = DEFAULT_DIAL_TIMEOUT_MS } = options
  const tcp = connectTcp({ host: address.host, port: address.port, noDelay: true })
  const timer = setTimeout(() => tcp.destroy(new Error(`no connection within ${dialTimeoutMs} ms`)), dialTimeoutMs)
  const visitorLeft = (): void => void tcp.destroy()
  const onError = (cause: Error): void => {
    const tap = tapOpener(events, header)?.(() => {})
    tap?.fromVisitor(first)
    refuse(stream, cause, events, header.visitorAddress, tap)
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
    tcp.write(announcement)
    forwardStream(stream, header, first, address, { ...options, over: tcp }, events)
    stream.resume()
  })
}
