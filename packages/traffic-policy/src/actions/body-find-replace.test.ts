import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileReplacement, createBodyFindReplace } from './body-find-replace.ts'

type Rule = [from: string, to: string]

async function replaced(
  body: Buffer | string,
  rules: Rule[],
  headers: string[] = [],
  cuts: number[] = [],
  options = {},
) {
  const bytes = Buffer.from(body)
  const filter = createBodyFindReplace(
    headers,
    rules.map(([from, to]) => compileReplacement(from, to)),
    options,
  )
  let from = 0
  for (const cut of [...cuts, bytes.length].map((at) => at % (bytes.length + 1)).sort((one, other) => one - other)) {
    const chunk = Buffer.from(bytes.subarray(from, cut))
    filter.write(chunk)
    chunk.fill(0)
    from = cut
  }
  filter.write(bytes.subarray(from))
  return filter.end()
}

test.each<[string, Rule[], string]>([
  ['hello hello', [['hello', 'bye']], 'bye bye'],
  [
    'hello',
    [
      ['l', 'L'],
      ['LL', '-'],
    ],
    'he-o',
  ],
  ['a=1, b=2', [['(\\w)=(\\d)', '$2=$1']], '1=a, 2=b'],
  ['abc', [['b', '']], 'ac'],
  ['baac', [['a*', 'x']], 'xbxcx'],
  ['Zoë', [['(?i)ZOË', 'Ann']], 'Ann'],
  ['a.b', [['\\.', '$$']], 'a$b'],
  ['ab', [['(a)|(b)', '<$1$2>']], '<a><b>'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a group in Go's syntax
  ['ab', [['a', '$x${y}z$']], 'z$b'],
])('%j', async (body, rules, expected) => {
  expect((await replaced(body, rules)).body.toString()).toBe(expected)
})

test('tells what matched, by the rule', async () => {
  const { results } = await replaced('one two', [
    ['o', '0'],
    ['nothing', ''],
    ['tw', 'TW'],
  ])
  expect(results.replacements).toEqual([
    { replacement_index: 0, matched_content: 'o' },
    { replacement_index: 0, matched_content: 'o' },
    { replacement_index: 2, matched_content: 'tw' },
  ])
})

test('writes the new length where there was one, and takes away what describes other bytes', async () => {
  const headers = ['Content-Length', '5', 'ETag', '"1"', 'Content-MD5', 'x', 'X', 'y']
  const { headers: after } = await replaced('hello', [['hello', 'hi']], headers)
  expect(after).toEqual(['Content-Length', '2', 'X', 'y'])
  expect((await replaced('hello', [['hello', 'hi']])).headers).toEqual([])
})

test('leaves the body and its head as they came where nothing matches', async () => {
  const headers = ['content-length', '5', 'etag', '"1"', 'content-encoding', 'gzip']
  const coded = gzipSync('hello')
  const { body, headers: after } = await replaced(coded, [['x', 'y']], headers)
  expect(body.equals(coded)).toBe(true)
  expect(after).toEqual(headers)
})

test('makes no body where there is none', async () => {
  expect((await replaced('', [['^', 'x']])).body).toHaveLength(0)
})

test.each([
  ['gzip', gzipSync('hello')],
  ['deflate', deflateSync('hello')],
  ['br', brotliCompressSync('hello')],
  ['gzip, br', brotliCompressSync(gzipSync('hello'))],
])('decodes %s', async (coding, body) => {
  const { body: after, headers } = await replaced(
    body,
    [['l+', 'L']],
    ['Content-Encoding', coding, 'content-length', '1'],
  )
  expect(after.toString()).toBe('heLo')
  expect(headers).toEqual(['content-length', '4'])
})

test('passes a coding that it does not know as it is', async () => {
  const { body, headers } = await replaced('hello', [['h', 'j']], ['content-encoding', 'zstd'])
  expect(body.toString()).toBe('hello')
  expect(headers).toEqual(['content-encoding', 'zstd'])
})

test('keeps bytes that are no UTF-8', async () => {
  const bytes = Buffer.from([0xff, 0x61, 0xc3, 0x28, 0x62, 0xed, 0xa0, 0x80])
  const { body } = await replaced(bytes, [['b', 'BB']])
  expect(body.equals(Buffer.from([0xff, 0x61, 0xc3, 0x28, 0x42, 0x42, 0xed, 0xa0, 0x80]))).toBe(true)
})

test.each([
  ['a body', () => replaced('x'.repeat(101), [['x', 'x']], [], [], { maxBodyBytes: 100 }), 'ERR_TUNNEL_3903'],
  [
    'what a body decodes to',
    () => replaced(gzipSync('x'.repeat(101)), [['x', 'x']], ['content-encoding', 'gzip'], [], { maxBodyBytes: 100 }),
    'ERR_TUNNEL_3903',
  ],
  [
    'what is made of a body',
    () => replaced('x'.repeat(50), [['', '123']], [], [], { maxBodyBytes: 100 }),
    'ERR_TUNNEL_3904',
  ],
])('%s beyond the limit is refused', async (_, run, code) => {
  await expect(run()).rejects.toMatchObject({ code })
})

test('a body that is not what its coding says is refused', async () => {
  await expect(replaced('hello', [['h', 'j']], ['content-encoding', 'gzip'])).rejects.toMatchObject({
    code: 'ERR_TUNNEL_3903',
  })
})

test.each(['(', '(?=a)', '\\1', 'a{1001}', `${'a'.repeat(9000)}`, '((((a{10}){10}){10}){10})'])(
  '%j is refused as a pattern',
  (from) => {
    expect(() => compileReplacement(from, '')).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_3901' }))
  },
)

test('is the same however the body is cut', async () => {
  const bodies = fc
    .uint8Array({ maxLength: 60 })
    .map((bytes) => Buffer.from(bytes.map((byte) => (byte % 3 === 0 ? byte : 97 + (byte % 4)))))
  const froms = fc.constantFrom('a', 'ab', '[a-c]+', '.', '', '(a)(b)?', '\\b', '(?s).*', 'é', '^', 'a$')
  const rules = fc.array(fc.tuple(froms, fc.constantFrom('', 'X', '$1', '<$0>', 'é')), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(bodies, rules, fc.array(fc.nat(), { maxLength: 6 }), async (body, list, cuts) => {
      const whole = await replaced(body, list)
      const inPieces = await replaced(body, list, [], cuts)
      expect(inPieces.body.equals(whole.body)).toBe(true)
      expect(inPieces.results).toEqual(whole.results)
    }),
  )
})

test('replaces as JavaScript does where both mean the same', async () => {
  const bodies = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', '\n', FAR) })
  await fc.assert(
    fc.asyncProperty(
      bodies,
      fc.constantFrom('a', 'b+', '[^a]', '(?:ab)+', 'c|ca', '\\bb', '\\Ba', '^a', 'a$'),
      async (body, from) => {
        const expected = body.replace(new RegExp(from, 'gu'), '<$&>')
        expect((await replaced(body, [[from, '<$0>']])).body.toString()).toBe(expected)
      },
    ),
  )
})

const FAR = '.'.repeat(600)

test.each<[string, string, string]>([
  ['foofoo foo', '\\Bfoo', 'fooX foo'],
  [`${FAR}ab`, 'a|\\bb', `${FAR}Xb`],
  [`${FAR}éfoo`, 'é|\\bfoo', `${FAR}XX`],
  [`a${FAR}aa`, '^a|aa', `X${FAR}X`],
  [`a${FAR}a\na`, '(?m)^a', `X${FAR}a\nX`],
  [`a${FAR}a`, 'a$', `a${FAR}X`],
])('looks at what is before a match and after it: %#', async (body, from, expected) => {
  expect((await replaced(body, [[from, 'X']])).body.toString()).toBe(expected)
})

test('does on a long body what it does on a short one', async () => {
  const filler = 'lorem ipsum '.repeat(10_000)
  const { body } = await replaced(`token=1 ${filler}token=2 ${filler}`, [['\\btoken=(\\d)\\b', 'key=$1']])
  expect(body.toString()).toBe(`key=1 ${filler}key=2 ${filler}`)
})

test('lets others run while a long body is replaced', async () => {
  let turns = 0
  const count = () => {
    turns++
    counting = setImmediate(count)
  }
  let counting = setImmediate(count)
  await replaced('ab'.repeat(1_000), [['a', 'A']], [], [], { now: clockOf(1) })
  clearImmediate(counting)
  expect(turns).toBeGreaterThan(50)
})

/** A clock that goes on whenever somebody looks at it. */
function clockOf(msEach: number): () => number {
  let ms = 0
  return () => {
    ms += msEach
    return ms
  }
}

test('ends a replacement whose searches together take too long', async () => {
  await expect(replaced('ab'.repeat(1_000), [['a', 'A']], [], [], { now: clockOf(6) })).rejects.toMatchObject({
    code: 'ERR_TUNNEL_3904',
    message: 'replacing took longer than the limit of 5000 ms',
  })
})

test('begins no search that nothing could interrupt for long', async () => {
  const body = `${'x'.repeat(20_000)}z`
  const slow = replaced(body, [['(x?){50}z', '']], [], [], { maxSearchWork: 1_000_000 })
  await expect(slow).rejects.toMatchObject({
    code: 'ERR_TUNNEL_3904',
    message: expect.stringMatching(
      /^searching 20001 bytes for a pattern of \d+ instructions is work of \d+, .* limit 1000000$/,
    ),
  })
})

test.each(['x\\.z', 'x.z'.replace('.', 'y')])('finds plain text like %s in any body', async (pattern) => {
  const body = `${'x'.repeat(20_000)}x.zxyz`
  expect((await replaced(body, [[pattern, '']], [], [], { maxSearchWork: 30_000 })).body).toHaveLength(20_003)
})

test('looks through any body in which nothing matches', async () => {
  const body = 'x'.repeat(20_000)
  expect((await replaced(body, [['(x?){50}z', '']], [], [], { maxSearchWork: 1 })).body.toString()).toBe(body)
})
