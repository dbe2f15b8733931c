import type { FastifyInstance } from 'fastify'
import type { InspectorPluginOptions } from './server/inspector-plugin.ts'

/**
 * Local API and web pages as a plugin of fastify 5, for an app of your own. Its addresses are absolute (`/api`, `/inspect/http`, `/status`): it
 * has to be mounted at the root of its host. Loaded when it is registered.
 *
 * ```ts
 * await app.register(inspectorPlugin, { inspector })
 * ```
 */
export async function inspectorPlugin(app: FastifyInstance, options: InspectorPluginOptions): Promise<void> {
  const { inspectorPlugin: register } = await import('./server/inspector-plugin.ts')
  await register(app, options)
}
