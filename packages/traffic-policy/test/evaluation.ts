import type { HeaderList, RequestHead, ResponseHead } from '@tunnel/http'
import { compileExpression } from '../src/cel/compile-expression.ts'
import { celEnvironment, type EnvironmentOptions } from '../src/cel/environment.ts'
import { createScope } from '../src/cel/scope.ts'
import type { PolicyPhase } from '../src/document/phases.ts'
import { ActionResults } from '../src/variables/action-results.ts'
import type { ConnectionFacts, EndpointFacts, RequestFacts, ResponseFacts } from '../src/variables/facts.ts'
import { PhaseVariables } from '../src/variables/phase-variables.ts'
import type { VariablePorts } from '../src/variables/ports.ts'
import { RequestVariables } from '../src/variables/request-variables.ts'
import { ResponseVariables } from '../src/variables/response-variables.ts'

export const noon = Date.parse('2026-03-04T12:00:00Z')

export const connection: ConnectionFacts = {
  clientIp: '192.0.2.7',
  clientPort: 40_000,
  serverIp: '198.51.100.1',
  serverPort: 443,
  serverRegion: 'eu',
  startedAt: noon,
  bytesIn: () => 120,
  bytesOut: () => 45,
}

export const endpoint: EndpointFacts = {
  id: 'ep_1',
  url: 'https://app.example.com',
  host: 'app.example.com',
  port: 443,
  protocol: 'https',
}

export const requestHead = (overrides: Partial<RequestHead> = {}): RequestHead => ({
  method: 'GET',
  target: '/',
  minorVersion: 1,
  headers: ['Host', 'app.example.com'],
  host: 'app.example.com',
  framing: 'none',
  contentLength: 0,
  keepAlive: true,
  upgrade: undefined,
  expectContinue: false,
  ...overrides,
})

export const responseHead = (overrides: Partial<ResponseHead> = {}): ResponseHead => ({
  status: 200,
  reason: 'OK',
  minorVersion: 1,
  headers: [],
  framing: 'none',
  contentLength: 0,
  keepAlive: true,
  upgrade: undefined,
  bodyless: false,
  ...overrides,
})

export const request = (head: Partial<RequestHead> = {}, facts: Partial<RequestFacts> = {}): RequestFacts => ({
  head: requestHead(head),
  scheme: 'https',
  id: 'req_1',
  receivedAt: noon,
  ...facts,
})

export const requestWith = (...headers: HeaderList): RequestFacts =>
  request({ headers: ['Host', 'app.example.com', ...headers] })

export interface World {
  phase?: PolicyPhase
  connection?: Partial<ConnectionFacts>
  request?: RequestFacts
  response?: ResponseFacts
  results?: Record<string, object>
  ports?: VariablePorts
  strictMaps?: boolean
}

export function variablesOf(world: World = {}): PhaseVariables {
  const results = new ActionResults()
  for (const [action, result] of Object.entries(world.results ?? {})) results.set(action, result)
  return new PhaseVariables(
    {
      connection: { ...connection, ...world.connection },
      endpoint,
      request: new RequestVariables(world.request ?? request()),
      response: new ResponseVariables(world.response ?? { head: responseHead() }),
      results,
    },
    { now: () => noon, random: () => 0.5, ...world.ports },
  )
}

/** What an expression gives, compiled and run against a request. */
export function evaluate(source: string, world: World = {}): unknown {
  const options: EnvironmentOptions = { strictMaps: world.strictMaps ?? false }
  const compiled = compileExpression(source, celEnvironment(world.phase ?? 'on_http_request', options))
  return compiled.run(createScope(variablesOf(world)))
}

/** An evaluated value as plain data: ints and maps become what `toEqual` compares well. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [String(key), plain(member)]))
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  return value
}
