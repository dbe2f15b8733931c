import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeMessage, MessageDecoder, parseAgentMessage, parseEdgeMessage, TunnelError } from './index.ts'

const authtoken = `${'a'.repeat(27)}_${'b'.repeat(21)}`
const hello = {
  type: 'hello',
  versions: [1],
  authtoken,
  agent: { version: '0.1.0', os: 'linux', arch: 'x64' },
  heartbeat: { intervalMs: 10_000, toleranceMs: 15_000 },
}
const bind = {
  type: 'bind' as const,
  id: 1,
  endpoint: { protocol: 'https', upstream: { url: 'http://localhost:8080' } },
}

/** What `run` throws; every fault of a message is 801. */
function fault(run: () => unknown): TunnelError {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(TunnelError)
    expect((error as TunnelError).code).toBe('ERR_TUNNEL_801')
    return error as TunnelError
  }
  throw new Error('nothing was thrown')
}

test('drops fields that it does not know, at any depth', () => {
  const newer = { ...hello, dance: true, agent: { ...hello.agent, shoes: ['red'] } }
  expect(parseAgentMessage(newer)).toEqual(hello)
})

test('drops half a million levels of an unknown field', () => {
  const text = `{"type":"done","id":1,"deep":${'['.repeat(500_000)}${']'.repeat(500_000)}}`
  const body = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const seen: unknown[] = []
  new MessageDecoder((value) => seen.push(parseAgentMessage(value))).write(Buffer.concat([length, body]))
  expect(seen).toEqual([{ type: 'done', id: 1 }])
})

test('takes no field from a prototype and changes none', () => {
  const sneaky = JSON.parse('{"type":"done","__proto__":{"id":7},"constructor":{"prototype":{"id":7}}}') as object
  expect(fault(() => parseAgentMessage({ ...sneaky })).message).toMatch(/^done: id: /)
  const polluting = JSON.parse(`{"type":"done","id":1,"__proto__":{"polluted":true}}`) as Record<string, unknown>
  expect(parseAgentMessage(polluting)).toEqual({ type: 'done', id: 1 })
  expect('polluted' in {}).toBe(false)
})

test.each(['__proto__', 'constructor', 'toString', '', 'welcome'])('does not know the agent message %j', (type) => {
  expect(parseAgentMessage({ type })).toEqual({ unknown: { type: 'unsupported', messageType: type } })
})

test('answers an unknown type with its id, where it has one that can be sent back', () => {
  const answer = (id: unknown) => parseEdgeMessage({ type: 'dance', id })
  expect(answer(7)).toEqual({ unknown: { type: 'unsupported', messageType: 'dance', id: 7 } })
  for (const id of [undefined, null, '7', -1, 1.5, 1e300, [7], {}]) {
    expect(answer(id)).toEqual({ unknown: { type: 'unsupported', messageType: 'dance' } })
  }
})

test('answers whatever is unknown with a message that the other side can read', () => {
  const anyValue = fc.record({ type: fc.string({ maxLength: 200 }), id: fc.option(fc.anything(), { nil: undefined }) })
  fc.assert(
    fc.property(anyValue, (value) => {
      const parsed = parseEdgeMessage({ ...value, type: `x-${value.type}` })
      const { unknown } = parsed as Extract<typeof parsed, { unknown: unknown }>
      expect(parseAgentMessage({ ...unknown })).toEqual(unknown)
    }),
  )
})

test('never answers an `unsupported`', () => {
  const unsupported = { type: 'unsupported', messageType: 'dance' }
  expect(parseAgentMessage(unsupported)).toEqual(unsupported)
  expect(parseEdgeMessage(unsupported)).toEqual(unsupported)
})

test('knows each side by its own messages: neither takes what only it sends', () => {
  expect(parseEdgeMessage({ ...bind })).toEqual({ unknown: { type: 'unsupported', messageType: 'bind', id: 1 } })
  expect(parseAgentMessage({ type: 'stop', id: 2 })).toEqual({
    unknown: { type: 'unsupported', messageType: 'stop', id: 2 },
  })
})

test.each([
  ['no type', {}],
  ['a type that is no text', { type: 7 }],
  ['a missing id', { type: 'bind', endpoint: bind.endpoint }],
  ['a negative id', { ...bind, id: -1 }],
  ['an id that is no integer', { ...bind, id: 1.5 }],
  ['an id beyond what JSON numbers hold exactly', { ...bind, id: 2 ** 53 }],
  ['an endpoint that is an array', { ...bind, endpoint: [] }],
  ['an endpoint that is null', { ...bind, endpoint: null }],
  ['an upstream without a url', { ...bind, endpoint: { protocol: 'https', upstream: {} } }],
  ['a flag that is text', { ...bind, endpoint: { ...bind.endpoint, poolingEnabled: 'yes' } }],
  ['bindings that are text', { ...bind, endpoint: { ...bind.endpoint, bindings: 'public' } }],
  ['no versions', { ...hello, versions: [] }],
  ['versions that are text', { ...hello, versions: ['1'] }],
  ['a heartbeat of 0', { ...hello, heartbeat: { intervalMs: 0, toleranceMs: 1 } }],
  [
    'an error code of another system',
    { type: 'failed', id: 1, error: { code: 'EPERM', message: '', retryable: true } },
  ],
  ['a padded error code', { type: 'failed', id: 1, error: { code: 'ERR_TUNNEL_0801', message: '', retryable: true } }],
])('refuses a message with %s', (_what, value) => {
  fault(() => parseAgentMessage(value))
})

const { endpoint } = bind
test.each([
  ['versions', 32, (n: number) => ({ ...hello, versions: Array<number>(n).fill(1) })],
  ['authtoken', 1024, (n: number) => ({ ...hello, authtoken: 'x'.repeat(n) })],
  ['cookie', 1024, (n: number) => ({ ...hello, cookie: 'x'.repeat(n) })],
  ['agent.version', 255, (n: number) => ({ ...hello, agent: { ...hello.agent, version: 'x'.repeat(n) } })],
  ['remote.stop', 255, (n: number) => ({ ...hello, remote: { stop: 'x'.repeat(n), restart: null, update: '' } })],
  ['token', 1024, (n: number) => ({ ...bind, token: 'x'.repeat(n) })],
  ['endpoint.protocol', 32, (n: number) => ({ ...bind, endpoint: { ...endpoint, protocol: 'x'.repeat(n) } })],
  ['endpoint.url', 2048, (n: number) => ({ ...bind, endpoint: { ...endpoint, url: 'x'.repeat(n) } })],
  ['endpoint.name', 255, (n: number) => ({ ...bind, endpoint: { ...endpoint, name: 'x'.repeat(n) } })],
  [
    'endpoint.bindings',
    8,
    (n: number) => ({ ...bind, endpoint: { ...endpoint, bindings: Array<string>(n).fill('') } }),
  ],
  ['endpoint.labels', 64, (n: number) => ({ ...bind, endpoint: { ...endpoint, labels: Array<string>(n).fill('') } })],
  [
    'endpoint.upstream.url',
    2048,
    (n: number) => ({ ...bind, endpoint: { ...endpoint, upstream: { url: 'x'.repeat(n) } } }),
  ],
  ['messageType', 64, (n: number) => ({ type: 'unsupported', messageType: 'x'.repeat(n) })],
])('takes %s up to %i and no longer', (path, limit, of) => {
  expect(parseAgentMessage(of(limit))).not.toHaveProperty('unknown')
  expect(fault(() => parseAgentMessage(of(limit + 1))).message).toContain(`${path}: `)
})

test('takes any JSON object for a known type without another error than 801', () => {
  const type = fc.constantFrom('hello', 'bind', 'unbind', 'update', 'done', 'failed', 'unsupported')
  fc.assert(
    fc.property(type, fc.dictionary(fc.string(), fc.jsonValue()), (type, rest) => {
      try {
        parseAgentMessage({ ...rest, type })
      } catch (error) {
        expect(error).toMatchObject({ name: 'TunnelError', code: 'ERR_TUNNEL_801' })
      }
    }),
  )
})

test.each([
  ['too long an authtoken', { ...hello, authtoken: authtoken.repeat(30) }],
  ['an authtoken in a list', { ...hello, authtoken: [authtoken] }],
  ['an authtoken as version', { ...hello, versions: [authtoken] }],
  ['another field that is wrong', { ...hello, heartbeat: {} }],
])('never repeats the authtoken of a hello that it refuses: %s', (_what, value) => {
  const error = fault(() => parseAgentMessage(value))
  const shown = [error.message, error.stack, JSON.stringify(error), String(error.cause), JSON.stringify(error.cause)]
  expect(shown.join('\n')).not.toContain(authtoken)
})

test('a message survives encoding and decoding unchanged, whatever text is in it', () => {
  const anyText = fc.string({ unit: 'grapheme', maxLength: 255 })
  fc.assert(
    fc.property(anyText, anyText, fc.nat(), (name, metadata, id) => {
      const message = { ...bind, id, endpoint: { ...endpoint, name, metadata } }
      fc.pre(name.length <= 255)
      const seen: unknown[] = []
      new MessageDecoder((value) => seen.push(parseAgentMessage(value))).write(encodeMessage(message))
      expect(seen).toEqual([message])
    }),
  )
})
