import fastifyWebSocket from '@fastify/websocket'
import type { FastifyInstance } from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Inspector } from '../inspector.ts'
import { Replayer } from '../replay/replayer.ts'
import type { AgentControl } from './agent-control.ts'
import { hostChecker } from './allowed-host.ts'
import { ApiContext } from './api-context.ts'
import { ApiFailure, failureFrom } from './api-error.ts'
import { LiveFeed, liveLimits } from './live-feed.ts'
import { addApiPages, describeApi } from './openapi.ts'
import { addPages } from './pages.ts'
import { addBodyRoutes } from './routes/bodies.ts'
import { addCapturedRequestRoutes } from './routes/captured-requests.ts'
import { addCaptureRoutes } from './routes/captures.ts'
import { addEndpointRoutes } from './routes/endpoints.ts'
import { addExportRoutes } from './routes/exports.ts'
import { addMessageRoutes } from './routes/messages.ts'
import { addReplayRoutes } from './routes/replays.ts'
import { addStatusRoutes } from './routes/status.ts'
import { isSameOrigin } from './same-origin.ts'
import type { TypedApp } from './typed-app.ts'

export interface InspectorPluginOptions {
  inspector: Inspector
  /** The agent around it. Without one nothing can be started through the API. */
  agent?: AgentControl | undefined
  /** Hosts by which it may be called, beside loopback: names, `.suffix`, addresses, CIDRs. */
  allowHosts?: readonly string[] | undefined
  /** Whether it listens on loopback alone. @default true */
  isLoopback?: boolean | undefined
  /** Is told of every call when it comes and when it is answered. */
  onCall?: ((call: ApiCall) => void) | undefined
}

export interface ApiCall {
  phase: 'start' | 'end'
  id: string
  method: string
  path: string
  /** At the end. */
  status?: number
  durationMs?: number
}

/**
 * Local API and web pages as a plugin of fastify 5, for an app of your own:
 *
 * ```ts
 * await app.register(inspectorPlugin, { inspector })
 * ```
 *
 * Its addresses are absolute (`/api`, `/inspect/http`, `/status`): it has to be mounted at the root of its host.
 */
export async function inspectorPlugin(fastify: FastifyInstance, options: InspectorPluginOptions): Promise<void> {
  const app = fastify.withTypeProvider<ZodTypeProvider>() as TypedApp
  const replayer = new Replayer(options.inspector)
  const context = new ApiContext(options.inspector, replayer, options.agent)
  app.addHook('onClose', async () => replayer.stop())
  app.setValidatorCompiler(validatorCompiler)
  // What the routes give has the shape of their schemas by its type; checking it again would take longer than finding it.
  app.setSerializerCompiler(() => JSON.stringify)
  onlyJson(app)
  guard(app, options)
  await describeApi(app)
  await app.register(fastifyWebSocket, { options: { maxPayload: 64 * 1024 } })
  addStatusRoutes(app, context)
  addCaptureRoutes(app, context)
  addBodyRoutes(app, context)
  addMessageRoutes(app, context)
  addReplayRoutes(app, context)
  addExportRoutes(app, context)
  addCapturedRequestRoutes(app, context)
  addEndpointRoutes(app, context)
  addLiveRoute(app, context)
  addApiPages(app)
  await addPages(app)
}

/** Other types can be sent by any web page without asking. An empty body of a request that needs one is refused as well. */
function onlyJson(app: TypedApp): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parseJson)
  app.addHook('preValidation', async ({ method, headers }) => {
    const needsBody = method === 'POST' || method === 'PUT' || method === 'PATCH'
    if (needsBody && !/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
      throw new ApiFailure('notJson', { err: 'the body has to be application/json' })
    }
  })
}

function guard(app: TypedApp, { allowHosts = [], isLoopback = true, onCall }: InspectorPluginOptions): void {
  const isAllowed = hostChecker(allowHosts, isLoopback)
  app.addHook('onRequest', async ({ headers: { host, origin } }, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer')
    reply.header('x-frame-options', 'DENY').header('cross-origin-resource-policy', 'same-origin')
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    reply.header('cache-control', 'no-store')
    if (!isAllowed(host)) {
      const err = `the host ${JSON.stringify((host ?? '').slice(0, 100))} is not allowed; see web_allow_hosts`
      throw new ApiFailure('forbidden', { err })
    }
    if (!isSameOrigin(origin, host))
      throw new ApiFailure('forbidden', { err: 'requests of other web pages are refused' })
  })
  app.setErrorHandler((cause, _request, reply) => {
    const failure = failureFrom(cause)
    return reply.code(failure.status).type('application/json; charset=utf-8').send(JSON.stringify(failure.toBody()))
  })
  app.setNotFoundHandler(({ url }, reply) => {
    const failure = new ApiFailure('notFound', { err: `there is nothing at ${url.slice(0, 200)}` })
    return reply.code(404).type('application/json; charset=utf-8').send(JSON.stringify(failure.toBody()))
  })
  if (!onCall) return
  // Of static files nobody wants to know.
  const isCall = (url: string) => url === '/api' || url.startsWith('/api/')
  app.addHook('onRequest', async ({ id, method, url }) => {
    if (isCall(url)) onCall({ phase: 'start', id, method, path: pathOf(url) })
  })
  app.addHook('onResponse', async ({ id, method, url }, { statusCode, elapsedTime }) => {
    if (isCall(url))
      onCall({ phase: 'end', id, method, path: pathOf(url), status: statusCode, durationMs: elapsedTime })
  })
}

/** A query may hold what people look for. */
const pathOf = (url: string) => (url.split('?')[0] as string).slice(0, 200)

function addLiveRoute(app: TypedApp, context: ApiContext): void {
  let feeds = 0
  app.get('/api/live', { websocket: true, schema: { hide: true } }, (socket) => {
    if (feeds >= liveLimits.maxFeeds) return socket.close(1013, 'too many feeds')
    feeds++
    socket.once('close', () => feeds--)
    new LiveFeed(socket, context)
  })
}
