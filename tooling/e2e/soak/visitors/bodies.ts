import { createHash, randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { digestOf } from '../../src/harness/large-body.ts'
import { answerTo, assertSame, open, type Site } from '../site.ts'

const CHUNKS = 40
const MAX_CHUNK_BYTES = 50_000

/** An upload whose length nobody knows before its end. */
export async function uploadChunked(site: Site): Promise<void> {
  const outgoing = open(site, site.https, '/digest', { method: 'POST', headers: { 'transfer-encoding': 'chunked' } })
  const hash = createHash('sha256')
  for (let count = 0; count < CHUNKS; count++) {
    const chunk = randomBytes(randomInt(1, MAX_CHUNK_BYTES))
    hash.update(chunk)
    if (!outgoing.write(chunk)) await once(outgoing, 'drain')
  }
  outgoing.end()
  assertSame('the digest', await text(await answerTo(outgoing)), hash.digest('hex'))
}

export async function downloadLarge(site: Site): Promise<void> {
  const outgoing = open(site, site.https, '/large', { keepAlive: false })
  outgoing.end()
  assertSame('the digest', await digestOf(await answerTo(outgoing)), site.large.digest)
}

export async function uploadLarge(site: Site): Promise<void> {
  const outgoing = open(site, site.http, '/digest', { method: 'POST', keepAlive: false })
  site.large.writeTo(outgoing)
  assertSame('the digest', await text(await answerTo(outgoing)), site.large.digest)
}
