import type { HttpError } from '@tunnel/http'
import type { TunnelError } from '@tunnel/protocol'
import type { Endpoint } from '../endpoints/endpoint.ts'
import { reasonOf, type VisitorError } from './error-response.ts'

/** Every error a visitor can meet, in one place (reference §11.9, docs/errors.md). */

export function noSuchEndpoint(host: string): VisitorError {
  return {
    number: 3200,
    status: 404,
    title: 'Nothing is online here.',
    detail: `There is no endpoint online for ${host}. Its agent may be offline, or the name may be mistyped.`,
  }
}

export function malformedRequest(error: HttpError): VisitorError {
  return { number: undefined, status: error.status, title: `${reasonOf(error.status)}.`, detail: error.message }
}

export function httpVersionNotSupported(): VisitorError {
  return { number: undefined, status: 505, title: 'HTTP Version Not Supported.', detail: 'Use HTTP/1.1 or HTTP/2.' }
}

/** 301 would let a visitor repeat anything else as GET (reference §2.14). */
export function movedToHttps(method: string, location: string): VisitorError {
  const status = method === 'GET' || method === 'HEAD' ? 301 : 308
  return {
    number: undefined,
    status,
    title: `${reasonOf(status)}.`,
    detail: `This is only served over https: ${location}`,
    headers: ['Location', location],
  }
}

export function noServerName(): VisitorError {
  return {
    number: 3003,
    status: 400,
    title: 'No server name.',
    detail: 'The TLS client named no server (SNI), so that nobody knows which certificate it should have been shown.',
  }
}

export function misdirected(host: string): VisitorError {
  return {
    number: undefined,
    status: 421,
    title: 'Misdirected Request.',
    detail: `${host} is not served on this connection.`,
  }
}

export function notWebSocket(endpoint: Endpoint): VisitorError {
  return {
    number: 3206,
    status: 400,
    title: 'A WebSocket is expected.',
    detail: `${endpoint.url} takes WebSockets of version 13 and nothing else: what is behind it does not speak HTTP.`,
    headers: ['Sec-WebSocket-Version', '13'],
  }
}

export function invalidResponse(endpoint: Endpoint, why: string): VisitorError {
  return {
    number: 3004,
    status: 502,
    title: 'The upstream did not answer with valid HTTP.',
    detail: `The service behind this endpoint (${endpoint.upstreamUrl}): ${why}.`,
  }
}

export function upstreamTimedOut(endpoint: Endpoint, afterMs: number): VisitorError {
  return {
    number: 3005,
    status: 504,
    title: 'The upstream did not answer in time.',
    detail: `The service behind this endpoint (${endpoint.upstreamUrl}) sent nothing for ${Math.round(afterMs / 1000)} seconds.`,
  }
}

/** Limits of a credential, by a minute each. */
const RATE_CODES: Readonly<Record<string, number>> = {
  ERR_TUNNEL_715: 715,
  ERR_TUNNEL_719: 719,
  ERR_TUNNEL_734: 734,
}

function tooMuch(number: number, what: string): VisitorError {
  return {
    number,
    status: 429,
    title: 'Too much traffic.',
    detail: `This endpoint had ${what}. Try again in a minute.`,
  }
}

function tooMuchAtOnce(what: string): VisitorError {
  return {
    number: 714,
    status: 429,
    title: 'Too much traffic.',
    detail: `This endpoint has ${what}. Try again soon.`,
    headers: ['Retry-After', '5'],
  }
}

function noFreeStream(): VisitorError {
  return overloaded('This endpoint has no free stream.')
}

/** The edge itself has to do with what it has. */
export function edgeOverloaded(): VisitorError {
  return overloaded('This edge has more to do than it can.')
}

function overloaded(why: string): VisitorError {
  return { number: 743, status: 503, title: 'Too much traffic.', detail: `${why} Try again soon.` }
}

/** What ended a stream before a response, as the agent or the session put it. */
export function streamFailed(endpoint: Endpoint, error: TunnelError): VisitorError {
  if (error.code === 'ERR_TUNNEL_8012') {
    return {
      number: 8012,
      status: 502,
      title: 'The agent could not reach the upstream.',
      detail: `The agent is online, but it could not connect to ${endpoint.upstreamUrl}: ${error.message}`,
    }
  }
  if (error.code === 'ERR_TUNNEL_743') return noFreeStream()
  if (error.code === 'ERR_TUNNEL_714') return tooMuchAtOnce(error.message)
  const rate = RATE_CODES[error.code]
  if (rate !== undefined) return tooMuch(rate, error.message)
  if (error.code === 'ERR_TUNNEL_3200') return noSuchEndpoint(endpoint.host)
  return {
    number: 3210,
    status: 502,
    title: 'The connection to the agent broke.',
    detail: 'The request could not be passed on. Try again: the agent reconnects by itself.',
  }
}
