import * as z from 'zod'

const headers = z.record(z.string(), z.array(z.string()))

/** A captured request as the reference's client API shows it. */
export const capturedRequestSchema = z
  .object({
    uri: z.string(),
    id: z.string(),
    tunnel_name: z.string(),
    remote_addr: z.string(),
    start: z.string(),
    duration: z.int().describe('nanoseconds'),
    request: z.object({
      method: z.string(),
      proto: z.string(),
      headers,
      uri: z.string(),
      raw: z.string().describe('base64 of head and body'),
    }),
    response: z
      .object({
        status: z.string(),
        status_code: z.int(),
        proto: z.string(),
        headers,
        raw: z.string(),
      })
      .nullable()
      .describe('`null` until the upstream has answered'),
  })
  .meta({ id: 'CapturedRequest' })
export type CapturedRequest = z.infer<typeof capturedRequestSchema>

export const capturedRequestListSchema = z.object({
  uri: z.literal('/api/requests/http'),
  requests: z.array(capturedRequestSchema),
})

export const capturedRequestQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).optional(),
  tunnel_name: z.string().optional(),
})

export const replayCapturedRequestSchema = z.object({ id: z.string(), tunnel_name: z.string().optional() })

export const editCapturedRequestSchema = z.object({
  tunnel_name: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  trailers: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  body: z.string().optional(),
})
