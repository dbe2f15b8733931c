import { replayRequestSchema, replayStartedSchema } from '../../contract.ts'
import type { ApiContext } from '../api-context.ts'
import type { TypedApp } from '../typed-app.ts'
import { captureParams } from './captures.ts'

/** A body of 16 MiB in base64, and what comes with it. */
const MAX_REPLAY_BYTES = 24 * 1024 * 1024

export function addReplayRoutes(app: TypedApp, context: ApiContext): void {
  app.post(
    '/api/captures/:id/replay',
    {
      schema: {
        tags: ['replay'],
        summary: 'Send a request again, edited or as it was',
        description: 'It goes from the agent to the upstream: no policy of the edge applies.',
        params: captureParams,
        body: replayRequestSchema,
        response: { 202: replayStartedSchema },
      },
      bodyLimit: MAX_REPLAY_BYTES,
    },
    async ({ params: { id }, body }, reply) => {
      const ids = context.replayer.start(await context.wholeCapture(id), body)
      return reply.code(202).send({ ids })
    },
  )
}
