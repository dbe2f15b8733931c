import * as z from 'zod'
import type { HeaderPair } from '../../contract/detail.ts'
import {
  capturedRequestListSchema,
  capturedRequestQuerySchema,
  capturedRequestSchema,
  editCapturedRequestSchema,
  replayCapturedRequestSchema,
} from '../../contract.ts'
import { capturedRequestOf } from '../../view/captured-request.ts'
import type { ApiContext } from '../api-context.ts'
import { ApiFailure } from '../api-error.ts'
import type { TypedApp } from '../typed-app.ts'

const params = z.object({ id: z.string().max(64) })

/** What the reference's client API says of captured requests (agent.md §4.6). */
export function addCapturedRequestRoutes(app: TypedApp, context: ApiContext): void {
  const { store } = context.inspector
  const tags = ['ngrok client API']

  app.get(
    '/api/requests/http',
    {
      schema: {
        tags,
        summary: 'List captured requests',
        querystring: capturedRequestQuerySchema,
        response: { 200: capturedRequestListSchema },
      },
    },
    async ({ query: { limit = Number.POSITIVE_INFINITY, tunnel_name } }) => {
      const requests = []
      for (const capture of store.newestFirst()) {
        if (requests.length >= limit) break
        if (tunnel_name !== undefined && capture.source.name !== tunnel_name) continue
        const request = capturedRequestOf(capture)
        if (request) requests.push(request)
      }
      return { uri: '/api/requests/http' as const, requests }
    },
  )

  app.get(
    '/api/requests/http/:id',
    { schema: { tags, summary: 'Show a captured request', params, response: { 200: capturedRequestSchema } } },
    async ({ params: { id } }) => {
      const request = capturedRequestOf(await context.wholeCapture(id))
      if (!request) throw new ApiFailure('notFound', { err: `there is no captured request ${id}` })
      return request
    },
  )

  app.post(
    '/api/requests/http',
    { schema: { tags, summary: 'Replay a captured request', body: replayCapturedRequestSchema } },
    async ({ body: { id, tunnel_name } }, reply) => {
      context.replayer.start(await context.wholeCapture(id), {
        times: 1,
        allowTruncated: false,
        endpoint: tunnel_name || undefined,
      })
      return reply.code(204).send()
    },
  )

  app.post(
    '/api/requests/http/:id',
    { schema: { tags, summary: 'Replay a captured request, edited', params, body: editCapturedRequestSchema } },
    async ({ params: { id }, body: { tunnel_name, method, path, headers, trailers, body } }, reply) => {
      context.replayer.start(await context.wholeCapture(id), {
        times: 1,
        allowTruncated: false,
        endpoint: tunnel_name || undefined,
        method,
        target: path,
        headers: headers && pairs(headers),
        trailers: trailers && pairs(trailers),
        body,
      })
      return reply.code(204).send()
    },
  )

  app.delete(
    '/api/requests/http',
    { schema: { tags, summary: 'Delete all captured requests' } },
    async (_request, reply) => {
      for (const capture of store.newestFirst()) if (capture.requestHead) store.delete(capture)
      return reply.code(204).send()
    },
  )
}

function pairs(headers: Record<string, string | string[]>): HeaderPair[] {
  return Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value): HeaderPair => [name, value]))
}
