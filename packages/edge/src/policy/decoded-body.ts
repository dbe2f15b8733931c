import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { HeaderList } from '@tunnel/http'
import { PolicyFetchTooLarge } from '@tunnel/traffic-policy'
import { fieldOf } from '../http/field.ts'

const DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** The whole body without its content coding. Throws PolicyFetchTooLarge beyond `maxBytes`, decoded, and for what is not in its coding. */
export async function decodedBody(headers: HeaderList, body: Readable, maxBytes: number): Promise<Buffer> {
  const coding = fieldOf(headers, 'content-encoding').trim().toLowerCase()
  const decoder = coding === '' || coding === 'identity' ? undefined : DECODERS[coding]?.()
  if (coding !== '' && coding !== 'identity' && !decoder)
    throw new Error(`content coding ${coding.slice(0, 32)} is unknown`)
  if (decoder) body.on('error', (error) => (decoder as unknown as Readable).destroy(error))
  const source = decoder ? body.pipe(decoder) : body
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of source as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new PolicyFetchTooLarge(`body of more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
