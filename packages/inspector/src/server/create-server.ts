import { createServer, type Server } from 'node:http'
import { fastify } from 'fastify'
import { type InspectorPluginOptions, inspectorPlugin } from './inspector-plugin.ts'

export interface CreatedServer {
  server: Server
  close(): Promise<void>
}

/** A server of the local API and the pages. It listens nowhere: connections are given to it. */
export async function createInspectorServer(options: InspectorPluginOptions): Promise<CreatedServer> {
  let server: Server | undefined
  const app = fastify({
    serverFactory: (handler) => {
      server = createServer(handler)
      return server
    },
    // What is asked of a few people by one machine needs no more.
    bodyLimit: 1024 * 1024,
    requestTimeout: 60_000,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 1000 },
  })
  await app.register(inspectorPlugin, options)
  await app.ready()
  return { server: server as Server, close: () => app.close() }
}
