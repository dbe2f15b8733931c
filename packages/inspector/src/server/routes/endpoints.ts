import * as z from 'zod'
import { endpointListSchema, endpointSchema, tunnelListSchema, tunnelSchema } from '../../contract.ts'
import type { RegisteredEndpoint } from '../../endpoints/registered-endpoint.ts'
import { endpointOf, tunnelOf } from '../../view/tunnel.ts'
import type { ApiContext } from '../api-context.ts'
import { ApiFailure } from '../api-error.ts'
import type { TypedApp } from '../typed-app.ts'

const params = z.object({ name: z.string().max(1000) })
/** Members are checked as those of the configuration file are, with its words. */
const definition = z.record(z.string(), z.unknown())

/** Tunnels and endpoints of the reference's client API (agent.md §4.4, §4.5). */
export function addEndpointRoutes(app: TypedApp, context: ApiContext): void {
  const { inspector } = context
  const tags = ['ngrok client API']
  const find = (name: string): RegisteredEndpoint => found(context, name)

  app.get(
    '/api/tunnels',
    { schema: { tags, summary: 'List tunnels', response: { 200: tunnelListSchema } } },
    async () => ({ tunnels: inspector.endpoints().map(tunnelOf), uri: '/api/tunnels' as const }),
  )
  app.get(
    '/api/tunnels/:name',
    { schema: { tags, summary: 'Show a tunnel', params, response: { 200: tunnelSchema } } },
    async ({ params: { name } }) => tunnelOf(find(name)),
  )
  app.post(
    '/api/tunnels',
    { schema: { tags, summary: 'Start a tunnel', body: definition, response: { 201: tunnelSchema } } },
    async ({ body }, reply) => {
      const name = await start(context, 'tunnel', body)
      return reply.code(201).send(tunnelOf(find(name)))
    },
  )

  app.get(
    '/api/endpoints',
    { schema: { tags, summary: 'List endpoints', response: { 200: endpointListSchema } } },
    async () => ({ endpoints: inspector.endpoints().map(endpointOf), uri: '/api/endpoints' as const }),
  )
  app.get(
    '/api/endpoints/:name',
    { schema: { tags, summary: 'Show an endpoint', params, response: { 200: endpointSchema } } },
    async ({ params: { name } }) => endpointOf(find(name)),
  )
  app.post(
    '/api/endpoints',
    { schema: { tags, summary: 'Start an endpoint', body: definition, response: { 201: endpointSchema } } },
    async ({ body }, reply) => {
      const name = await start(context, 'endpoint', body)
      return reply.code(201).send(endpointOf(find(name)))
    },
  )
  app.put(
    '/api/endpoints/:name',
    { schema: { tags, summary: 'Start an endpoint, in place of the one with its name', params, body: definition } },
    async ({ params: { name }, body }, reply) => {
      const existing = inspector.endpoint(decoded(name))
      const wanted = { url: existing?.url, ...body, name: decoded(name) }
      const started = await start(context, 'endpoint', wanted, async () => existing?.close())
      return reply.code(existing ? 200 : 201).send(endpointOf(find(started)))
    },
  )

  for (const kind of ['tunnels', 'endpoints'] as const) {
    app.delete(
      `/api/${kind}/:name`,
      { schema: { tags, summary: `Stop ${kind === 'tunnels' ? 'a tunnel' : 'an endpoint'}`, params } },
      async ({ params: { name } }, reply) => {
        await find(name).close()
        return reply.code(204).send()
      },
    )
  }
}

function found({ inspector }: ApiContext, name: string): RegisteredEndpoint {
  const endpoint = inspector.endpoint(name) ?? inspector.endpoint(decoded(name))
  if (endpoint) return endpoint
  throw new ApiFailure('notFound', { err: `there is no endpoint ${JSON.stringify(name)}` })
}

/** A plus stands for a space, as the reference writes names. */
const decoded = (name: string) => name.replaceAll('+', ' ')

async function start(
  { agent }: ApiContext,
  kind: 'tunnel' | 'endpoint',
  body: Record<string, unknown>,
  replace: () => Promise<void> = async () => {},
): Promise<string> {
  if (!agent?.start) throw new ApiFailure('notHere')
  return agent.start(kind, body, replace)
}
