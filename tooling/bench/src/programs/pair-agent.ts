import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { BufferPool, MAX_UNSENT_BYTES } from '@tunnel/socket-buffers'

/** Keeps one TLS connection to `pair-edge` ready, and leads each that is used to the upstream. */
const [linkPort, upstreamPort] = process.argv.slice(2)
const pool = new BufferPool({ bufferBytes: 64 * 1024, maxFree: 64 })
/** Smaller ones are copied. */
const MIN_KEPT_BYTES = 4 * 1024

function openLink(): void {
  const link = connectTls({
    port: Number(linkPort),
    host: '127.0.0.1',
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
  }).setNoDelay(true)
  link.on('error', () => {})
  link.once('data', (first: Buffer) => {
    openLink()
    lead(link, first)
  })
}

function lead(link: TLSSocket, first: Buffer): void {
  let buffer: Buffer | undefined
  let unsent = 0
  const callback = (bytes: number): boolean => {
    const full = buffer as Buffer
    if (bytes < MIN_KEPT_BYTES) {
      link.write(Buffer.from(full.subarray(0, bytes)))
      return true
    }
    buffer = undefined
    unsent += bytes
    link.write(full.subarray(0, bytes), () => {
      pool.give(full)
      unsent -= bytes
      if (unsent < MAX_UNSENT_BYTES) upstream.resume()
    })
    if (unsent >= MAX_UNSENT_BYTES) upstream.pause()
    return true
  }
  const onread = { buffer: () => (buffer ??= pool.take()), callback }
  const upstream: Socket = connect({ port: Number(upstreamPort), host: '127.0.0.1', noDelay: true, onread })
  upstream.on('error', () => {})
  upstream.on('close', () => link.destroy())
  upstream.write(first)
  link.on('data', (chunk) => upstream.write(chunk))
  link.on('close', () => upstream.destroy())
}

openLink()
