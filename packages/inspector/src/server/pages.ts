import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { TypedApp } from './typed-app.ts'

/** The web app as it is built. By the package's name: this module may have become part of a larger file elsewhere. */
const webRoot = join(createRequire(import.meta.url).resolve('@tunnel/inspector/package.json'), '../dist/web/')

const NO_PAGES = 'The web pages of the inspector are not built. The API is at /api.\n'

/** The web app: its page at every address that it shows, and its files. */
export async function addPages(app: TypedApp): Promise<void> {
  const isBuilt = existsSync(webRoot)
  const page = isBuilt ? await readFile(`${webRoot}index.html`) : undefined
  if (isBuilt) {
    await app.register(fastifyStatic, { root: webRoot, prefix: '/assets/web/', index: false, cacheControl: false })
  }
  app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/inspect/http', 302))
  for (const path of ['/inspect', '/inspect/*', '/status']) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) => {
      reply.header('content-security-policy', PAGE_POLICY).header('cache-control', 'no-cache')
      if (!page) return reply.type('text/plain; charset=utf-8').send(NO_PAGES)
      return reply.type('text/html; charset=utf-8').send(page)
    })
  }
}

/** Nothing but our own files runs; what was captured is shown in frames that run nothing. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
