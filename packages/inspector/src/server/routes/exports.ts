import * as z from 'zod'
import { harQuerySchema, importedSchema, savedTestSchema, testQuerySchema } from '../../contract.ts'
import { fromHar } from '../../exports/from-har.ts'
import { savedTest } from '../../exports/saved-test.ts'
import { toHar } from '../../exports/to-har.ts'
import type { ApiContext } from '../api-context.ts'
import { ApiFailure } from '../api-error.ts'
import { filterFrom, isMatch } from '../find-captures.ts'
import type { TypedApp } from '../typed-app.ts'
import { captureParams } from './captures.ts'

const MAX_HAR_BYTES = 64 * 1024 * 1024

/** HAR in and out, and exchanges as tests. */
export function addExportRoutes(app: TypedApp, context: ApiContext): void {
  const { store } = context.inspector
  const tags = ['exports']

  app.get(
    '/api/captures.har',
    { schema: { tags, summary: 'HAR 1.2 of captures that are in memory', querystring: harQuerySchema } },
    async ({ query: { filter: text, ids, secrets } }, reply) => {
      const filter = filterFrom(text)
      const wanted = ids && new Set(ids)
      const captures = store.newestFirst().filter((one) => (!wanted || wanted.has(one.id)) && isMatch(filter, one))
      reply.header('content-disposition', 'attachment; filename="captures.har"')
      return toHar(captures.reverse(), secrets === 'include')
    },
  )

  app.post(
    '/api/captures.har',
    {
      schema: { tags, summary: 'Take the exchanges of a HAR', body: z.unknown(), response: { 200: importedSchema } },
      bodyLimit: MAX_HAR_BYTES,
    },
    async ({ body }) => fromHar(store, body),
  )

  app.get(
    '/api/captures/:id/test',
    {
      schema: {
        tags,
        summary: 'An exchange as a test',
        params: captureParams,
        querystring: testQuerySchema,
        response: { 200: savedTestSchema },
      },
    },
    async ({ params: { id }, query: { format, secrets } }) => {
      const capture = await context.wholeCapture(id)
      if (!capture.requestHead) throw new ApiFailure('notFound', { err: `the capture ${id} is no HTTP request` })
      return savedTest(capture, format, secrets === 'include')
    },
  )
}
