import type { EndpointRequest } from '@tunnel/protocol'
import type { AgentSession } from '../src/agent-session.ts'
import { CredentialUse } from '../src/credentials/credential-use.ts'
import type { Endpoint } from '../src/endpoints/endpoint.ts'
import { EndpointRegistry, type RegistryOptions } from '../src/endpoints/registry.ts'
import { Reservations } from '../src/endpoints/reservations.ts'
import type { CredentialLimits } from '../src/ports.ts'
import { ResumeTokens } from '../src/resume-token.ts'

/** A registry for a unit test, as the edge of two domains has it. */
export function testRegistry(options: Partial<RegistryOptions> = {}): EndpointRegistry {
  return new EndpointRegistry({
    domains: ['tunnel.test', 'second.test'],
    edgeHost: 'edge.tunnel.test',
    publicPorts: { http: 80, https: 443 },
    tcp: { publicHost: 'tunnel.test', firstPort: 20_000, lastPort: 20_002 },
    reservations: new Reservations(),
    limits: { maxPoolSize: 2 },
    resumeTokens: new ResumeTokens(Buffer.alloc(32)),
    resumeWindowMs: 60_000,
    ...options,
  })
}

/** An agent of a credential that may do what is said, and everything else where nothing is. */
export class TestAgent {
  readonly registry: EndpointRegistry
  readonly session: AgentSession
  readonly use = new CredentialUse()

  constructor(
    registry: EndpointRegistry,
    {
      credentialId = 'cr_1',
      accountId = 'ac_1',
      ...grants
    }: { credentialId?: string; accountId?: string; acl?: string[]; limits?: CredentialLimits } = {},
  ) {
    this.registry = registry
    this.use.adopt({ id: credentialId, accountId, ...grants })
    this.session = { id: 'ts_1', credentialId, accountId } as AgentSession
  }

  bind(url: string, fields: Partial<EndpointRequest> = {}, token?: string): Endpoint {
    const request = { protocol: 'https', upstream: { url: 'http://localhost:80' }, url, ...fields }
    return this.registry.bind(this.session, request, token, this.use)
  }
}
