import { ByteCursor, malformedHello } from './byte-cursor.ts'

/** What a ClientHello says before anything is encrypted. */
export interface ClientHello {
  /** SNI, lowercase; `undefined` when the client names no server. */
  readonly serverName: string | undefined
  /** ALPN, in the client's order; empty when it offers none. */
  readonly protocols: readonly string[]
}

const SERVER_NAME = 0
const HOST_NAME = 0
const APPLICATION_LAYER_PROTOCOL_NEGOTIATION = 16

/**
 * Reads the body of a ClientHello message, without its handshake header.
 * Throws {@link TunnelError} 3002 for anything that RFC 8446 §4.1.2 and RFC 6066 §3 do not allow; unknown values of any kind are
 * skipped, GREASE (RFC 8701) among them.
 */
export function parseClientHello(body: Buffer): ClientHello {
  const hello = new ByteCursor(body)
  const majorVersion = hello.uint8()
  if (majorVersion !== 3) throw malformedHello(`version ${majorVersion}.${hello.uint8()}`)
  hello.uint8()
  hello.take(32)
  const sessionId = hello.vector(1)
  if (sessionId.left > 32) throw malformedHello(`a session id of ${sessionId.left} bytes`)
  const cipherSuites = hello.vector(2)
  if (cipherSuites.left === 0 || cipherSuites.left % 2 !== 0) {
    throw malformedHello(`${cipherSuites.left} bytes of cipher suites`)
  }
  if (hello.vector(1).left === 0) throw malformedHello('no compression method')
  // TLS 1.2 may leave extensions out altogether.
  const extensions = hello.left === 0 ? new ByteCursor(body.subarray(0, 0)) : hello.vector(2)
  if (hello.left > 0) throw malformedHello(`${hello.left} bytes after its end`)
  return readExtensions(extensions)
}

function readExtensions(extensions: ByteCursor): ClientHello {
  const seen = new Set<number>()
  let serverName: string | undefined
  let protocols: readonly string[] = []
  while (extensions.left > 0) {
    const type = extensions.uint16()
    const content = extensions.vector(2)
    if (seen.has(type)) throw malformedHello(`extension ${type} twice`)
    seen.add(type)
    if (type === SERVER_NAME) serverName = readServerName(content)
    else if (type === APPLICATION_LAYER_PROTOCOL_NEGOTIATION) protocols = readProtocols(content)
  }
  return { serverName, protocols }
}

/** RFC 6066 §3: a list with one name of each type, of which only host names exist. */
function readServerName(content: ByteCursor): string | undefined {
  const list = listIn(content, 'server name')
  let hostName: string | undefined
  while (list.left > 0) {
    const type = list.uint8()
    const name = list.vector(2)
    if (type !== HOST_NAME) continue
    if (hostName !== undefined) throw malformedHello('two host names')
    hostName = hostNameFrom(name)
  }
  return hostName
}

function hostNameFrom(name: ByteCursor): string {
  const text = name.ascii().toLowerCase()
  if (text.length > 253 || !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/.test(text))
    throw malformedHello('its server name is no host name')
  // Not allowed, but sent by clients whose user typed it, and OpenSSL takes it.
  return text.endsWith('.') ? text.slice(0, -1) : text
}

/** RFC 7301 §3.1. */
function readProtocols(content: ByteCursor): string[] {
  const list = listIn(content, 'ALPN')
  const protocols: string[] = []
  while (list.left > 0) {
    const name = list.vector(1)
    if (name.left === 0) throw malformedHello('an empty ALPN name')
    protocols.push(name.ascii())
  }
  return protocols
}

function listIn(content: ByteCursor, what: string): ByteCursor {
  const list = content.vector(2)
  if (content.left > 0) throw malformedHello(`${content.left} bytes after its ${what} list`)
  if (list.left === 0) throw malformedHello(`an empty ${what} list`)
  return list
}
