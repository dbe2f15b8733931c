import { expect } from 'vitest'
import type { ShownExample } from './example.ts'
import type { SeedEdge } from './seed-edge.ts'
import type { WebAnswer } from './services.ts'

type Shown = ShownExample['shown']

export const RANDOM = '[0-9a-f]{12}'

/** The one URL matches, and a visitor of it reaches the service that the agent was told, with the scheme and Host that the seed says. */
export function serves(url: string, service: string, host?: string): Shown {
  return async (running) => {
    expect(running.urls).toEqual([expect.stringMatching(new RegExp(`^${url}$`))])
    const [shown] = running.urls as [string]
    const { status, text } = await running.visit(shown)
    expect(status, text).toBe(200)
    const answer = JSON.parse(text) as WebAnswer
    const visited = new URL(shown)
    expect(answer.service).toBe(service)
    expect(answer.headers).toMatchObject({
      host: host ?? visited.host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': visited.host,
      'x-forwarded-proto': visited.protocol.slice(0, -1),
    })
  }
}

/** Every one of `names` below the wildcard leads to the service. */
export function servesAllBelow(wildcard: string, service: string, names: readonly string[]): Shown {
  return async (running) => {
    expect(running.urls).toEqual([`https://${wildcard}`])
    for (const name of names) {
      const { text } = await running.visit(`https://${name}`)
      expect(JSON.parse(text)).toMatchObject({ service, headers: { host: name } })
    }
  }
}

/** http and https of one host, of which each leads to the service. */
export function servesBoth(service: string): Shown {
  return async (running) => {
    const [https, http] = running.urls.map((url) => new URL(url)) as [URL, URL]
    expect(running.urls).toHaveLength(2)
    expect([https.protocol, http.protocol]).toEqual(['https:', 'http:'])
    expect(http.host).toBe(https.host)
    for (const url of running.urls) expect(JSON.parse((await running.visit(url)).text)).toMatchObject({ service })
  }
}

/** A visitor of the TCP address speaks with the service. */
export function connects(url: string, service: string): Shown {
  return async (running) => {
    expect(running.urls).toEqual([expect.stringMatching(new RegExp(`^${url}$`))])
    const heard = await running.talk(running.urls[0] as string, 'a visitor\n')
    expect(heard).toBe(`this is ${service}\na visitor\n`)
  }
}

/** Files of a directory: its list, and one of them. */
export function servesFiles(file: string, content: string): Shown {
  return async (running) => {
    const [url] = running.urls as [string]
    expect(await running.visit(url)).toMatchObject({ status: 200, text: expect.stringContaining(`>${file}<`) })
    expect(await running.visit(url, { path: `/${file}` })).toMatchObject({ status: 200, text: content })
  }
}

/** The visitor's TLS ends at the service: it is shown the service's own certificate, and nobody's on the way. */
export function passesTls(url: string, service: string): Shown {
  return async (running) => {
    expect(running.urls).toEqual([url])
    const { fingerprint256 } = await running.certificateOf(url)
    expect(fingerprint256).toBe(running.edge.serviceFingerprint)
    const { hostname } = new URL(url)
    const { text } = await running.visit(url, { insecure: true })
    expect(JSON.parse(text)).toMatchObject({ service, headers: { host: hostname } })
  }
}

/** A certificate and its key, where an example has them. */
export const TLS_FILES = {
  'path/to/tls.crt': ({ serviceCertificate }: SeedEdge) => String(serviceCertificate.cert),
  'path/to/tls.key': ({ serviceCertificate }: SeedEdge) => String(serviceCertificate.key),
}
