import { lookup as systemLookup } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { PolicyFetch, PolicyResponse } from '@tunnel/traffic-policy'
import { decodedBody } from './decoded-body.ts'
import { isPublicAddress } from './public-address.ts'

export interface PublicFetchOptions {
  /** @default false: what resolves to an address that is not public is refused */
  allowPrivateAddresses?: boolean | undefined
}

/**
 * Makes the requests of policies over the network: one connection each, no redirects. The address that is connected to is the one that was
 * looked at, so that a name which resolves to another one a moment later gains nothing.
 */
export function createPublicFetch({ allowPrivateAddresses = false }: PublicFetchOptions = {}): PolicyFetch {
  const lookup = allowPrivateAddresses ? undefined : lookupPublic
  return (request, { maxBodyBytes, signal }) =>
    new Promise((resolve, reject) => {
      const url = new URL(request.url)
      const host = url.hostname.replace(/^\[|\]$/g, '')
      // An address is connected to without a look-up.
      if (lookup && isIP(host) !== 0 && !isPublicAddress(host)) return reject(new PrivateAddress(host))
      const outgoing = (url.protocol === 'https:' ? httpsRequest : httpRequest)({
        host,
        port: url.port === '' ? undefined : Number(url.port),
        servername: isIP(host) === 0 ? host : '',
        method: request.method,
        path: url.pathname + url.search,
        headers: [...request.headers, 'connection', 'close'],
        setDefaultHeaders: false,
        agent: false,
        signal,
        ...(lookup && { lookup }),
      } as RequestOptions)
      outgoing.on('error', reject)
      outgoing.on('response', (response) => readResponse(response, maxBodyBytes).then(resolve, reject))
      outgoing.end(request.body)
    })
}

async function readResponse(response: IncomingMessage, maxBodyBytes: number): Promise<PolicyResponse> {
  const { statusCode: status = 0, rawHeaders: headers, socket } = response
  const resolvedIp = socket.remoteAddress ?? ''
  try {
    return { status, headers, body: await decodedBody(headers, response, maxBodyBytes), resolvedIp }
  } finally {
    response.destroy()
  }
}

class PrivateAddress extends Error {
  constructor(host: string) {
    super(`${host} is not a public address, and policies of this edge must not reach others`)
  }
}

/** All addresses of a name have to be public: one that is not says enough about the others. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0)
    const [first] = addresses
    if (!first || !addresses.every(({ address }) => isPublicAddress(address)))
      return callback(new PrivateAddress(hostname), '', 0)
    if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}
