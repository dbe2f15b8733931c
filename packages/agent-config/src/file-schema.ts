import * as z from 'zod'
import { endpointSchema } from './endpoint-schema.ts'
import { isMap, optional } from './scalars.ts'
import { connectSettings, serverSettings, sharedSettings } from './settings-schema.ts'
import { protoTunnelSchema, tunnelSchema } from './tunnel-schema.ts'
import type { version1Schema } from './version1-schema.ts'

const name = z.string().min(1)

const version2 = z.strictObject({
  version: z.literal([2, '2']).describe('Version of the layout.'),
  ...sharedSettings,
  ...serverSettings,
  tunnels: optional(z.record(name, tunnelSchema), 'Tunnels by name.'),
})

const agentSettings = z.strictObject({ ...sharedSettings, ...connectSettings })

/** The settings of the agent under the names of version 3. */
export type AgentSettings = z.output<typeof agentSettings>

const version3 = z
  .strictObject({
    version: z.literal([3, '3']).describe('Version of the layout.'),
    agent: optional(agentSettings, 'Settings of the agent.'),
    endpoints: optional(z.array(endpointSchema), 'Endpoints that `tunnel start` can start.'),
    tunnels: optional(z.record(name, protoTunnelSchema), 'Tunnels by name, the older form of endpoints.'),
  })
  .superRefine(({ endpoints }, context) => {
    const first = new Map<string, number>()
    for (const [index, endpoint] of (endpoints ?? []).entries()) {
      const earlier = first.get(endpoint.name)
      if (earlier === undefined) first.set(endpoint.name, index)
      else {
        const message = `endpoints[${earlier}] has the same name`
        context.addIssue({ code: 'custom', path: ['endpoints', index, 'name'], message })
      }
    }
  })

const noVersion = 'expected `version: 3` (or `version: 2` for the older layout, see `tunnel config upgrade`)'

/** The whole file, in a version that says which it is. */
export const fileSchema = z.discriminatedUnion('version', [version3, version2], {
  error: (issue) => (issue.code === 'invalid_union' && isMap({ value: issue.input }) ? noVersion : undefined),
})

/** What a file says, in any version. */
export type AgentConfigFile = z.output<typeof fileSchema> | z.output<typeof version1Schema>

/** JSON Schema (draft 7, which editors know) of `tunnel.yml`, both versions. */
export const agentConfigJsonSchema = (): Record<string, unknown> => ({
  title: 'tunnel.yml',
  ...z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-7' }),
})
