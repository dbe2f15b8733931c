import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { durationSchema, formatFaults, type ParseConfigOptions, parseConfigFile } from './index.ts'

const schema = z.strictObject({
  version: z.literal(3).optional(),
  agent: z
    .strictObject({
      authtoken: z.string().max(8).optional(),
      log: z.union([z.literal(false), z.string()]).optional(),
      level: z.enum(['debug', 'info', 'warn']).optional(),
      interval: durationSchema({ minMs: 1_000, maxMs: 60_000 }).optional(),
    })
    .optional(),
  ports: z.array(z.int().min(1).max(65_535)).max(3).optional(),
  endpoints: z
    .array(z.strictObject({ name: z.string().min(1), upstream: z.strictObject({ url: z.string() }) }))
    .optional(),
  tunnels: z.record(z.string(), z.strictObject({ addr: z.number() })).optional(),
  policy: z.record(z.string(), z.unknown()).optional(),
  action: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('deny'), status_code: z.int().optional() }),
      z.strictObject({ type: z.literal('log'), message: z.string() }),
    ])
    .optional(),
})

const parse = (text: string, options: Partial<ParseConfigOptions> = {}) =>
  parseConfigFile(text, schema, { file: 'a.yml', ...options })

/** The faults as a person would see them. */
const faultsIn = (text: string, options: Partial<ParseConfigOptions> = {}): string[] => {
  const parsed = parse(text, options)
  return parsed.ok ? [] : formatFaults(parsed.faults).split('\n')
}
const codesIn = (text: string, options: Partial<ParseConfigOptions> = {}): string[] => {
  const parsed = parse(text, options)
  return parsed.ok ? [] : parsed.faults.map(({ code }) => code)
}

describe('a sound file', () => {
  it('gives the typed data', () => {
    const parsed = parse('version: 3\nagent:\n  interval: 30s\nports: [80, 443]\n')
    expect(parsed).toMatchObject({ ok: true, data: { version: 3, agent: { interval: 30_000 }, ports: [80, 443] } })
  })

  it.each(['', '\n', '# only a comment\n', '---\n', '\uFEFF'])('reads %j as an empty map', (text) => {
    expect(parse(text)).toMatchObject({ ok: true, data: {} })
  })

  it('says where a value stands, for faults that the caller finds', () => {
    const parsed = parse('agent:\n  authtoken: abc\nports:\n  - 80\n  - 443\n')
    if (!parsed.ok) throw new Error(formatFaults(parsed.faults))
    expect(parsed.locate(['ports', 1])).toEqual({ line: 5, column: 5 })
    expect(parsed.locate(['agent', 'authtoken'])).toEqual({ line: 2, column: 14 })
  })

  it('keeps the comments in the document it gives', () => {
    const parsed = parse('version: 3 # the newest\n')
    expect(parsed.ok && String(parsed.document)).toBe('version: 3 # the newest\n')
  })

  it('merges maps with <<', () => {
    const text = 'policy: &base {a: 1}\nagent: {}\ntunnels:\n  one: &one {addr: 1}\n  two: {<<: *one}\n'
    expect(parse(text)).toMatchObject({ ok: true, data: { tunnels: { two: { addr: 1 } } } })
  })

  it('takes keys as they are written, also those that look like numbers', () => {
    expect(parse('tunnels:\n  012: {addr: 1}\n  true: {addr: 2}\n')).toMatchObject({
      ok: true,
      data: { tunnels: { '012': { addr: 1 }, true: { addr: 2 } } },
    })
  })

  it('does not let a key reach the prototype of objects', () => {
    expect(faultsIn('__proto__: {polluted: 1}\n')).toEqual(['a.yml:1:1: unknown key `__proto__`'])
    parse('policy: {__proto__: {polluted: 1}}\n')
    expect('polluted' in {}).toBe(false)
  })
})

describe('a value that the schema refuses', () => {
  it('reports all faults at once, in the order of the file', () => {
    const text = [
      'version: 4',
      'agent:',
      '  authtok: x',
      '  level: inof',
      'ports: [0, 70000, 1.5]',
      'endpoints:',
      '  - name: ""',
      '    upstream: {}',
    ].join('\n')
    expect(faultsIn(text)).toEqual([
      'a.yml:1:10: `version`: expected 3, got 4',
      'a.yml:3:3: unknown key `authtok` in `agent`; did you mean `authtoken`?',
      'a.yml:4:10: `agent.level`: expected one of debug, info, warn, got "inof"; did you mean `info`?',
      'a.yml:5:9: `ports[0]`: 0 is less than the minimum 1',
      'a.yml:5:12: `ports[1]`: 70000 is more than the maximum 65535',
      'a.yml:5:19: `ports[2]`: expected a whole number, got 1.5',
      'a.yml:7:11: `endpoints[0].name`: must not be empty',
      'a.yml:8:15: `endpoints[0].upstream.url` is missing: expected text',
    ])
  })

  it('carries code, path and suggestion for programs', () => {
    const parsed = parse('agent:\n  authtok: x\n')
    expect(parsed.ok ? [] : parsed.faults).toEqual([
      {
        code: 'ERR_CONFIG_UNKNOWN_KEY',
        file: 'a.yml',
        line: 2,
        column: 3,
        path: ['agent', 'authtok'],
        message: 'unknown key `authtok` in `agent`; did you mean `authtoken`?',
        suggestion: 'authtoken',
      },
    ])
  })

  it('shows a key that stands one level too high its place', () => {
    expect(faultsIn('authtoken: x\n')).toEqual(['a.yml:1:1: unknown key `authtoken`; did you mean `agent.authtoken`?'])
  })

  it('suggests only keys of the variant that the file chose', () => {
    expect(faultsIn('action: {type: deny, mesage: x}\n')).toEqual(['a.yml:1:22: unknown key `mesage` in `action`'])
    expect(faultsIn('action: {type: log, mesage: x, message: y}\n')[0]).toContain('did you mean `message`?')
  })

  it('lists the variants when none fits', () => {
    expect(faultsIn('action: {type: dney}\n')).toEqual(['a.yml:1:16: `action.type`: expected deny or log, got text'])
    expect(faultsIn('action: {}\n')).toEqual(['a.yml:1:9: `action.type` is missing: expected deny or log'])
  })

  it('counts the items of a list against its bound', () => {
    expect(faultsIn('ports: [1, 2, 3, http]\n')).toEqual(['a.yml:1:8: `ports`: 4 items are more than the maximum 3'])
  })

  it('names all that a union takes', () => {
    expect(faultsIn('agent: {log: 1}\n')).toEqual(['a.yml:1:14: `agent.log`: expected false or text, got 1'])
  })

  it('tells to quote a number or a word that YAML does not read as text', () => {
    expect(faultsIn('agent: {authtoken: 12}\n')[0]).toContain('expected text, got a number; put it in quotes')
    expect(faultsIn('agent: {authtoken: true}\n')[0]).toContain('expected text, got true; put it in quotes')
  })

  it('never repeats a text, which may be a secret', () => {
    const faults = faultsIn('agent: {authtoken: secret-authtoken, log: secret}\nports: secret\n')
    expect(faults).toHaveLength(2)
    expect(faults[0]).toContain('16 characters are more than the maximum 8')
    expect(faults.join()).not.toContain('secret')
    const broken = faultsIn('agent: {authtoken: x}\n] "secret"\n')
    expect(broken.length).toBeGreaterThan(0)
    expect(broken.join()).not.toContain('secret')
  })

  it('points at the key where a value is missing, and at the text an alias stands for', () => {
    expect(faultsIn('agent:\n  level:\n')).toEqual([
      'a.yml:2:3: `agent.level`: expected one of debug, info, warn, got nothing',
    ])
    expect(faultsIn('policy:\n  x: &n text\nports: [*n]\n')).toEqual([
      'a.yml:3:9: `ports[0]`: expected a number, got text',
    ])
    expect(faultsIn('policy:\n  x: &m\n    addr: text\ntunnels:\n  one:\n    <<: *m\n')).toEqual([
      'a.yml:3:11: `tunnels.one.addr`: expected a number, got text',
    ])
  })

  it.each([
    ['[1]', 'a list'],
    ['text', 'text'],
    ['12', 'a number'],
  ])('refuses %s as the whole file', (text, kind) => {
    expect(faultsIn(text)).toEqual([`a.yml:1:1: expected a map of keys, got ${kind}`])
  })

  it('reports at most maxFaults of them', () => {
    const text = Array.from({ length: 50 }, (_, n) => `key${n}: 1`).join('\n')
    expect(codesIn(text, { maxFaults: 5 })).toHaveLength(5)
  })
})

describe('text that is not the YAML we take', () => {
  it.each([
    ['agent:\n\tlog: x\n', 2, 1],
    ['agent:\n  log: x\n\tlevel: info\n', 3, 1],
    ['agent:\n  \tlog: x\n', 2, 3],
    ['policy:\n  x: |\n\tfoo\n', 3, 1],
  ])('says that %j is indented with a tab', (text, line, column) => {
    expect(faultsIn(text)).toEqual([
      `a.yml:${line}:${column}: this line is indented with a tab; YAML takes only spaces`,
    ])
    expect(codesIn(text)).toEqual(['ERR_CONFIG_TAB'])
  })

  it('takes a tab where YAML does: before a comment, inside quotes', () => {
    expect(parse('agent:\n  log: "a\tb"\t# note\n').ok).toBe(true)
  })

  it('says where a key was set first, and goes on to check the values', () => {
    expect(faultsIn('agent: {}\nports: [0]\nagent: {}\n')).toEqual([
      'a.yml:2:9: `ports[0]`: 0 is less than the minimum 1',
      'a.yml:3:1: `agent` is already set on line 1',
    ])
    expect(codesIn('agent: {}\nagent: {}\n')).toEqual(['ERR_CONFIG_DUPLICATE_KEY'])
  })

  it.each([
    ['agent: {', 'ERR_CONFIG_SYNTAX'],
    ['agent: "x', 'ERR_CONFIG_SYNTAX'],
    ['a: b: c', 'ERR_CONFIG_SYNTAX'],
    ['version: 3\n---\nversion: 3\n', 'ERR_CONFIG_SYNTAX'],
    ['? [a, b]\n: c\n', 'ERR_CONFIG_SYNTAX'],
    ['policy: {x: !!binary aGk=}', 'ERR_CONFIG_SYNTAX'],
    ['policy: {x: !mine 3}', 'ERR_CONFIG_SYNTAX'],
    ['policy: {<<: 3}', 'ERR_CONFIG_SYNTAX'],
    ['agent: *nobody', 'ERR_CONFIG_ALIAS'],
    ['policy: &p {self: *p}', 'ERR_CONFIG_ALIAS'],
  ])('refuses %j', (text, code) => {
    expect(codesIn(text)).toEqual([code])
  })

  it('refuses aliases that unfold into more than maxAliases values', () => {
    const nine = (item: string): string => `[${Array.from({ length: 9 }, () => item).join(', ')}]`
    const bomb = `policy:\n  a: &a ${nine('lol')}\n  b: &b ${nine('*a')}\n  c: &c ${nine('*b')}\n  d: ${nine('*c')}\n`
    expect(codesIn(bomb)).toEqual(['ERR_CONFIG_ALIAS'])
    expect(faultsIn(bomb)[0]).toContain('maxAliases 100')
  })

  it('refuses nesting beyond maxDepth, also where it would exhaust the stack', () => {
    const nested = (depth: number): string => `policy: {x: ${'['.repeat(depth)}${']'.repeat(depth)}}`
    expect(codesIn(nested(3), { maxDepth: 5 })).toEqual([])
    expect(codesIn(nested(4), { maxDepth: 5 })).toEqual(['ERR_CONFIG_SYNTAX'])
    expect(codesIn(nested(20_000))).toEqual(['ERR_CONFIG_SYNTAX'])
  })

  it('refuses a text beyond maxConfigBytes without parsing it', () => {
    expect(parse('ports: [80]', { maxConfigBytes: 11 }).ok).toBe(true)
    expect(faultsIn('{{{{{{{{{{{{', { maxConfigBytes: 11 })).toEqual(['a.yml:1:1: 12 bytes exceed maxConfigBytes 11'])
  })
})

describe('whatever the text', () => {
  const sound = 'version: 3\nagent: &a\n  log: "x"\nports: [80, 443]\npolicy:\n  b: *a\n  c: |\n    text\n'
  const damaged = [
    ...Array.from(sound, (_, end) => sound.slice(0, end)),
    ...Array.from(sound, (_, at) => sound.slice(at)),
    ...['\0', '\t', ':', '- ', '*', '&', '!', '%', '"', '{', ']', '\r', '\uD800', '\n'].flatMap((bad) =>
      Array.from(sound, (_, at) => sound.slice(0, at) + bad + sound.slice(at + 1)),
    ),
  ]

  it('gives data or faults that lie within it, and never throws', () => {
    for (const text of damaged) {
      const parsed = parse(text)
      if (parsed.ok) continue
      expect(parsed.faults, text).not.toHaveLength(0)
      const lines = text.split('\n')
      for (const { line, column } of parsed.faults) {
        expect(line, text).toBeLessThanOrEqual(lines.length)
        expect(column, text).toBeLessThanOrEqual(lines[line - 1]!.length + 1)
      }
    }
  })
})

it('says how to write what YAML takes for something else', () => {
  const messageOf = (text: string): string | undefined => {
    const parsed = parseConfigFile(text, z.object({}), { file: 'f.yml' })
    return parsed.ok ? undefined : parsed.faults[0]?.message
  }
  expect(messageOf('domain: *.example.com\n')).toBe(
    'no anchor `&.example.com` stands before this alias; if it is no alias but a text that begins with *, put it in quotes',
  )
  expect(messageOf('path: "C:\\Users\\secret"\n')).toBe(
    'a backslash in double quotes begins an escape, and this is none; use single quotes',
  )
})

it('lets the data choose the schema', () => {
  const schemaFor = (data: unknown) =>
    (data as { kind?: string }).kind === 'b' ? z.strictObject({ kind: z.string(), b: z.int() }) : z.strictObject({})
  expect(parseConfigFile('kind: b\nb: 1\n', schemaFor, { file: 'f.yml' })).toMatchObject({ ok: true, data: { b: 1 } })
  expect(parseConfigFile('kind: a\n', schemaFor, { file: 'f.yml' })).toMatchObject({
    ok: false,
    faults: [{ message: 'unknown key `kind`', line: 1 }],
  })
})
