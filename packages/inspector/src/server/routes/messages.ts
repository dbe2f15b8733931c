import * as z from 'zod'
import { captureIdSchema, messageListQuerySchema, messageListSchema, sendMessageSchema } from '../../contract.ts'
import { messageView, readMessages } from '../../messages/read-messages.ts'
import { sendIntoWebSocket } from '../../replay/send-message.ts'
import type { Capture } from '../../store/capture.ts'
import { hasMessages } from '../../view/detail.ts'
import type { ApiContext } from '../api-context.ts'
import { ApiFailure } from '../api-error.ts'
import { sendBytes } from '../send-bytes.ts'
import type { TypedApp } from '../typed-app.ts'
import { captureParams } from './captures.ts'

const messageParams = z.object({ id: captureIdSchema, index: z.coerce.number().int().min(0) })

/** Messages of WebSockets, event streams and gRPC calls; the timeline of byte streams. */
export function addMessageRoutes(app: TypedApp, context: ApiContext): void {
  const tags = ['messages']

  app.get(
    '/api/captures/:id/messages',
    {
      schema: {
        tags,
        summary: 'List messages in the order of their times',
        params: captureParams,
        querystring: messageListQuerySchema,
        response: { 200: messageListSchema },
      },
    },
    async ({ params: { id }, query: { after, limit, direction } }) => {
      const { messages, problem } = readMessages(withMessages(await context.capture(id)))
      const views = messages
        .map((message, index) => ({ message, index }))
        .filter(({ message }) => direction === undefined || message.view.direction === direction)
      const rest = views.filter(({ index }) => index > after)
      const page = rest.slice(0, limit)
      return {
        uri: `/api/captures/${id}/messages`,
        messages: page.map(({ message, index }) => messageView(message, index)),
        total: views.length,
        next: page.length < rest.length ? (page.at(-1)?.index ?? null) : null,
        problem,
      }
    },
  )

  app.get(
    '/api/captures/:id/messages/:index',
    { schema: { tags, summary: 'Bytes of one message', params: messageParams } },
    async ({ params: { id, index } }, reply) => {
      const message = readMessages(withMessages(await context.capture(id))).messages[index]
      if (!message) throw new ApiFailure('notFound', { err: `there is no message ${index}` })
      return sendBytes(reply, message.payload, `${id}-${index}.bin`)
    },
  )

  app.post(
    '/api/captures/:id/messages',
    {
      schema: {
        tags,
        summary: 'Send a message into an open WebSocket',
        params: captureParams,
        body: sendMessageSchema,
      },
      bodyLimit: 2 * 1024 * 1024,
    },
    async ({ params: { id }, body }, reply) => {
      sendIntoWebSocket(context.inspector.store, context.liveCapture(id), body)
      return reply.code(204).send()
    },
  )
}

function withMessages(capture: Capture): Capture {
  if (hasMessages(capture)) return capture
  throw new ApiFailure('notFound', { err: `the capture ${capture.id} has no messages` })
}
