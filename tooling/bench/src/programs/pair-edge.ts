import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { GatheredWriter, readInto } from '@tunnel/socket-buffers'

/** Gives each visitor a TLS connection of `pair-agent`, and moves bytes both ways. */
const [publicPort, linkPort, key = '', certificate = ''] = process.argv.slice(2)
const shared = Buffer.allocUnsafeSlow(64 * 1024)
const links: Socket[] = []
const visitors: Socket[] = []

createTlsServer({
  key: readFileSync(key),
  cert: readFileSync(certificate),
  minVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
  noDelay: true,
})
  .on('secureConnection', (link) => {
    link.on('error', () => {})
    link.on('close', () => remove(links, link))
    links.push(link)
    match()
  })
  .listen(Number(linkPort), '127.0.0.1')

createServer({ noDelay: true }, (visitor) => {
  visitor.on('error', () => {})
  visitor.on('close', () => remove(visitors, visitor))
  visitors.push(visitor)
  match()
}).listen(Number(publicPort), '127.0.0.1')

function match(): void {
  while (links.length > 0 && visitors.length > 0) pair(visitors.shift() as Socket, links.shift() as Socket)
}

function pair(visitor: Socket, link: Socket): void {
  const writer = new GatheredWriter(visitor, () => link.pause())
  const take = (chunk: Buffer): void => {
    writer.push(chunk)
    if (!writer.flushSoon()) link.pause()
  }
  readInto(link, { onRead: (bytes, buffer) => take(buffer.subarray(0, bytes)), next: () => shared })
  link.on('data', take)
  visitor.on('drain', () => link.resume())
  visitor.on('data', (chunk) => link.write(chunk))
  visitor.on('close', () => link.destroy())
  link.on('close', () => visitor.destroy())
}

function remove(sockets: Socket[], socket: Socket): void {
  const at = sockets.indexOf(socket)
  if (at >= 0) sockets.splice(at, 1)
}
