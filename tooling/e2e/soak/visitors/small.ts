import { createHash, randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { answerTo, assertSame, open, type Site } from '../site.ts'

const POST_BYTES = 10_000

export async function getKeptAlive(site: Site): Promise<void> {
  const outgoing = open(site, site.https, '/hello')
  outgoing.end()
  assertSame('the answer', await text(await answerTo(outgoing)), 'hello')
}

/** A connection of its own, without TLS. */
export async function getOnce(site: Site): Promise<void> {
  const outgoing = open(site, site.http, '/hello', { keepAlive: false })
  outgoing.end()
  assertSame('the answer', await text(await answerTo(outgoing)), 'hello')
}

export async function post(site: Site): Promise<void> {
  const body = randomBytes(POST_BYTES)
  const outgoing = open(site, site.http, '/digest', { method: 'POST', headers: { 'content-length': POST_BYTES } })
  outgoing.end(body)
  assertSame('the digest', await text(await answerTo(outgoing)), createHash('sha256').update(body).digest('hex'))
}
