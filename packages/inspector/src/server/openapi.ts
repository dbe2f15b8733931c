import swagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { TypedApp } from './typed-app.ts'

/** Collects the routes that are registered after it. */
export async function describeApi(app: TypedApp): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: "The agent's local API",
        version: '1',
        description: 'Bodies are application/json. Errors have error_code, status_code, msg and details.',
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
}

interface Operation {
  summary?: string
  description?: string
}

export function addApiPages(app: TypedApp): void {
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  app.get('/api/docs', { schema: { hide: true } }, async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    return reply.type('text/html; charset=utf-8').send(page(app.swagger().paths ?? {}))
  })
}

function page(paths: object): string {
  const rows = Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, operations]) =>
    Object.entries(operations).map(
      ([method, { summary = '', description = '' }]) =>
        `<tr><td><code>${method.toUpperCase()} ${escaped(path)}</code></td><td>${escaped(`${summary} ${description}`.trim())}</td></tr>`,
    ),
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Local API</title><h1>The agent's local API</h1>
<p>The whole description is <a href="/api/openapi.json">an OpenAPI document</a>.</p><table>${rows.join('\n')}</table></html>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
