// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies interpolate with the same form
import { describe, expect, it } from 'vitest'
import { CelCompileError } from '../src/cel/cel-error.ts'
import { evaluate, plain, request, requestWith, type World } from './evaluation.ts'

/** Reference §2.1 */
it.each<readonly [expression: string, result: unknown]>([
  // Literals
  ['0x1F', 31n],
  ['10u == 10', true],
  ['1e3', 1000],
  ["'''a\n'b'''", "a\n'b"],
  [String.raw`r'\d' + "\u00e9\x41\101"`, '\\déAA'],
  ["b'é'.size()", 2n],
  ['-9223372036854775808', -9223372036854775808n],
  ['{1: "a", true: "b"}[1]', 'a'],
  // Operators
  ['2 + 3 * 4 - 10 / 4 % 2', 14n],
  ['-7 / 2', -3n],
  ['7.0 / 2.0', 3.5],
  ['"a" + "b"', 'ab'],
  ["b'a' + b'b'", 'ab'],
  ['[1] + [2]', [1n, 2n]],
  ['2u + 3u == 5', true],
  ["timestamp('2024-01-01T00:00:00Z') + duration('36h') == timestamp('2024-01-02T12:00:00Z')", true],
  ["timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('24h')", true],
  ["string(timestamp('2024-01-01T00:00:00Z') - duration('1ms'))", '2023-12-31T23:59:59.999Z'],
  ['!(1 > 2) && 2 >= 2 && 1 <= 1.5 && 3u > 2 && "a" < "b" && false < true', true],
  ['"\\U0001F600" > "\\uFFFD"', true],
  ['1 == 1 ? "yes" : "no"', 'yes'],
  // Equality
  ['1 == 1.0 && 1.0 == 1u && 1u == 1', true],
  ['1 == "1"', false],
  ['null == false', false],
  ['[1, [2.0]] == [1.0, [2]]', true],
  ['{"a": [1]} == {"a": [1u]}', true],
  ['{"a": 1} == {"b": 1}', false],
  ["b'a' == b'a' && b'a' != b'b'", true],
  ['type(1) == int && type("") == string && type([]) != map', true],
  // Membership
  ['2 in [1, 2.0]', true],
  ['"a" in {"a": null}', true],
  ['1.0 in {1: 2}', true],
  // Errors are absorbed by an operand that decides
  ['false && 1 / 0 == 1', false],
  ['1 / 0 == 1 && false', false],
  ['true || 1 / 0 == 1', true],
  ['1 / 0 == 1 || true', true],
  ['1 / 0 == 1 || false || 1 == 1', true],
  ['[1, 0].exists(x, 1 / x == 1)', true],
  ['[0, 2].all(x, 1 / x == 1)', false],
  // Conversions
  ['int("-42") + int(4.9) + int(3u)', -35n],
  ['uint("3") + uint(2) == 5u', true],
  ['double("1.5") + double(1) + double(1u)', 3.5],
  ['bool("true") && !bool("0")', true],
  ['string(true) + string(1) + string(2u) + string(1.5) + string(1.0) + string(b"x")', 'true121.51x'],
  ["string(timestamp('2024-01-01T01:00:00+01:00'))", '2024-01-01T00:00:00Z'],
  ["string(duration('1h30m')) + string(duration('-1.5s'))", '5400s-1.5s'],
  ['int(timestamp(1700000000))', 1700000000n],
  ['string(bytes("é"))', 'é'],
  ['dyn(1) + 2', 3n],
  ['string(1e21) + string(double("inf"))', '1e+21+Inf'],
])('%s', (expression, result) => {
  expect(plain(evaluate(expression))).toEqual(result)
})

it.each([
  ['9223372036854775807 + 1', 'int overflows'],
  ['-(-9223372036854775807 - 1)', 'int overflows'],
  ['0u - 1u', 'uint overflows'],
  ['1 / 0', 'division by zero'],
  ['1u % 0u', 'division by zero'],
  ['int("0x10")', 'not an int'],
  ['int(1e30)', 'int overflows'],
  ['[1][1]', 'index 1 is outside the list of 1'],
  ['[1][-1]', 'index -1 is outside the list of 1'],
  ['{"a": 1}["b"]', 'no such key: b'],
  ['{"a": 1, "a": 2}', 'has the key a twice'],
  ['dyn("a") + dyn(1)', '"+" does not take string and int'],
  ['dyn("a") < dyn(1)', 'have no order'],
  ['dyn(1) && true', 'expected bool, got int'],
  ['[0].exists_one(x, 1 / x == 1)', 'division by zero'],
  ['vars.none', 'no such key: none'],
  ["timestamp('9999-12-31T23:59:59Z') + duration('1s')", 'years 1 to 9999'],
])('%s fails when it runs', (expression, message) => {
  expect(() => evaluate(expression)).toThrow(message)
})

it.each([
  ['1 + 1.0', '"+" does not take int and double', 0],
  ['"a" - "b"', '"-" does not take string and string', 0],
  ['"a" < 1', 'string and int have no order', 0],
  ['1 && true', 'expected bool, got int', 0],
  ['!req.method', 'expected bool, got string', 1],
  ['-"a"', '"-" takes an int or double', 0],
  ['"a" in "abc"', '"in" takes a list or map, got string', 7],
  ['req.method.charAt("a")', 'there is no string.charAt(string); there is string.charAt(int): string', 0],
  ['nothing(1)', 'there is no function `nothing`', 0],
  ['"a".nothing()', 'there is no method `nothing`', 0],
  ['base64.nothing(1)', 'there is no function `base64.nothing`', 0],
  ['nothing == 1', '`nothing` is not a variable', 0],
  ['conn', '`conn` is a group of variables', 0],
  ['json.encode(conn.geo)', '`conn.geo` is a group of variables', 12],
  ['conn["cl" + "ient"]', '`conn` is a group of variables', 0],
  ['req.method.length', 'string has no field length', 0],
  ['req.headers.host[0].nothing', 'string has no field nothing', 0],
  ['req.cookies.a[0].nothing', 'cookie has no field nothing', 0],
  ['actions.ngrok.nothing.a', '`actions.ngrok` has no `nothing`', 14],
  ['req.headers["a"]["b"]', 'a list index is an int', 17],
  ['[1].map(1, 2)', 'invalid predicate iteration variable', 8],
  ['1.all(x, true)', 'a macro takes a list or map, got int', 0],
  ['has(req)', 'has() takes a field', 4],
  ['has(vars[req.method])', 'has() takes a constant key', 4],
  ['"a', 'unterminated string', 0],
  ['a.?b', 'expected IDENTIFIER', 2],
  ['[x*2 for x in l]', 'expected RBRACKET', 5],
  ['var x = 1', 'reserved identifier: var', 0],
  ['req.headers.includes("a")', 'there is no method `includes`', 0],
  ['9223372036854775808', 'exceeds the largest int', 0],
])('%s does not compile', (expression, message, start) => {
  let error: unknown
  try {
    evaluate(expression)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(CelCompileError)
  expect((error as CelCompileError).message).toContain(message)
  expect((error as CelCompileError).start).toBe(start)
})

describe('macros', () => {
  it.each<readonly [string, unknown]>([
    [
      '[1, 2].map(x, [3, 4].map(y, x * y))',
      [
        [3n, 4n],
        [6n, 8n],
      ],
    ],
    ['[1, 2].map(x, [x].map(x, x + 1)[0] + x)', [3n, 5n]],
    ['[[2, 1], [3]].map(l, l.sortBy(e, e)).flatten().sort()', [1n, 2n, 3n]],
    ['[1, 2].all(req, req > 0)', true],
    ['[{"a": 1}, {"a": 2}].exists(m, m.a == 2)', true],
    ['["b", "a"].sort().map(x, x.upper()).join("")', 'AB'],
  ])('%s', (expression, result) => {
    expect(plain(evaluate(expression))).toEqual(result)
  })
})

/** Reference §2.2, §2.6, §2.7 */
describe('values of a request', () => {
  const world: World = {
    request: request({
      target: '/a?b=1',
      headers: [
        'Host',
        'app.example.com',
        'X-Tier',
        'gold',
        'x-tier',
        'silver',
        'Cookie',
        'sid=1',
        'Content-Type',
        'text/html; charset=utf-8',
      ],
    }),
  }

  it.each<readonly [string, unknown]>([
    ['req.url', 'https://app.example.com/a?b=1'],
    ['req.url + "#"', 'https://app.example.com/a?b=1#'],
    ['req.url.startsWith("https://") && req.url.path == "/a"', true],
    ['req.url["path"]', '/a'],
    ['string(conn.client_ip) == conn.client_ip', true],
    ['conn.client_ip in ["192.0.2.7"]', true],
    ['json.encode([req.content_type])', '["text/html"]'],
    ['req.content_type.parameters.charset', 'utf-8'],
    ['req.headers["X-TIER"]', ['gold', 'silver']],
    ['req.headers["x-tier"][1]', 'silver'],
    ['"X-Tier" in req.headers', true],
    ['"tier" in req.headers', false],
    ['has(req.headers.host)', true],
    ['has(req.headers["X-Tier"])', true],
    ['has(req.headers.none)', false],
    ['req.headers.map(k, k)', ['content-type', 'cookie', 'host', 'x-tier']],
    ['req.headers.size()', 4n],
    ['req.headers["none"]', []],
    ['req.headers["none"][0]', ''],
    ['req.headers["none"][0] == "x"', false],
    ['req.cookies["none"][0].value', ''],
    ['req.cookies["sid"][0].value', '1'],
    ['"SID" in req.cookies', false],
    ['req.url.query_params["none"][0]', ''],
    ['has(req.url.port)', false],
    ['req.url.port', 0n],
    ['has(conn.geo.city) || conn.geo.city != ""', false],
    ['conn.tls.client.validity.not_after.getFullYear()', 1n],
    ['has(conn.tls.client)', false],
    ['has(actions.ngrok.rate_limit.limited)', false],
    ['actions.ngrok.rate_limit.limited', false],
    ['has(vars.none)', false],
  ])('%s', (expression, result) => {
    expect(plain(evaluate(expression, world))).toEqual(result)
  })

  it.each(['req.headers["none"][0]', 'req.headers.none', 'req.cookies["none"]', 'req.url.query_params["none"]'])(
    '%s fails where maps are strict',
    (expression) => {
      expect(() => evaluate(expression, { ...world, strictMaps: true })).toThrow('no such key: none')
    },
  )

  it('only the first value of what is not there is empty', () => {
    expect(() => evaluate('req.headers["none"][1]', world)).toThrow('index 1 is outside the list of 0')
    expect(() => evaluate('[][0]', world)).toThrow('index 0 is outside the list of 0')
  })
})

it('finds one header without looking at the values of the others', () => {
  const headers = ['Host', 'app.example.com', 'X-One', '1']
  const reads: string[] = []
  const observed = new Proxy(headers, {
    get(target, key) {
      if (key === '1') reads.push('value of Host')
      return Reflect.get(target, key) as unknown
    },
  })
  expect(
    evaluate('req.headers["x-one"][0] == "1" && hasReqHeader("x-one")', { request: request({ headers: observed }) }),
  ).toBe(true)
  expect(reads).toEqual([])
})

describe('is bounded', () => {
  it.each([
    ['lists.range(10001)', 'list of 10001 elements exceeds the limit 10000'],
    ['lists.range(10000).all(x, lists.range(10000).all(y, true))', 'exceeds the limit of 1000000 steps'],
    ['lists.range(2000).map(x, lists.range(2000 + x)).size() == 1', 'exceeds the limit of 1000000 steps'],
    [
      'lists.range(10000).map(x, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").join("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")',
      'exceeds the limit 1048576',
    ],
    ['lists.range(10000).map(x, "aaaaaaaaaa").join().replace("a", "aaaaaaaaaaaaaaaa")', 'exceeds the limit 1048576'],
    ['lists.range(10000) + lists.range(1)', 'list of 10001 elements exceeds the limit 10000'],
    ['lists.range(100).map(x, lists.range(101)).flatten()', 'list of 10100 elements exceeds the limit 10000'],
    ['json.encode(lists.range(2000).map(x, lists.range(500)))', 'exceeds'],
    [
      'lists.range(9999).map(x, lists.range(9999)) == lists.range(9999).map(x, lists.range(9999))',
      'exceeds the limit of 1000000 steps',
    ],
    ['lists.range(9999).map(x, [x]).distinct()', 'exceeds the limit of 1000000 steps'],
    [
      'lists.range(9999).map(x, "aaaaaaaaaa").join().matches("(a{1,100}b){1,10}")',
      'exceeds the limit of 1000000 steps',
    ],
  ])('%s', (expression, message) => {
    expect(() => evaluate(expression)).toThrow(message)
  })

  it('finds distinct numbers and texts in one pass', () => {
    const expression = 'lists.range(9999).distinct().size() + lists.range(9999).map(x, string(x)).distinct().size()'
    expect(evaluate(expression)).toBe(19998n)
  })

  it.each([
    ['length', `"${'a'.repeat(8192)}"`, 'expression of 8194 characters exceeds the limit 8192'],
    ['brackets', `${'('.repeat(300)}1${')'.repeat(300)}`, 'exceeded maxDepth'],
    ['unary operators', `${'!'.repeat(1000)}true`, 'nests deeper than the limit 200'],
    ['chains of +', `1${'+1'.repeat(300)}`, 'nests deeper than the limit 200'],
    [
      'macros',
      '[1].all(a, [1].all(b, [1].all(c, [1].all(d, [1].all(e, true)))))',
      'macros nest deeper than the limit 4',
    ],
  ])('%s of an expression', (_name, expression, message) => {
    expect(() => evaluate(expression)).toThrow(message)
  })

  it('a long chain of conditions is no deep one', () => {
    expect(evaluate(Array(350).fill('req.method == "GET"').join(' && '))).toBe(true)
    expect(evaluate(Array(350).fill('req.method == "PUT"').join(' || '))).toBe(false)
  })

  it('the work of a pattern by its input', () => {
    const text = 'a'.repeat(50_000)
    expect(evaluate('req.headers["x"][0].matches("^(a+)+$")', { request: requestWith('X', `${text}!`) })).toBe(false)
  })

  it('the budget of one evaluation is not that of all', () => {
    for (let times = 0; times < 3; times++) expect(evaluate('lists.range(10000).all(x, x >= 0)')).toBe(true)
  })
})

it('a key of a request or document reaches no prototype', () => {
  const decoded = evaluate(`json.decode('{"__proto__": {"polluted": true}, "constructor": 1}')`)
  expect(decoded).toBeInstanceOf(Map)
  expect(evaluate(`json.decode('{"__proto__": {"a": 1}}')["__proto__"]["a"] == 1.0`)).toBe(true)
  expect(evaluate(`{"constructor": 1, "toString": 2}.filter(k, true).size() == 2`)).toBe(true)
  expect(evaluate('has(vars.constructor) || has(vars.toString)')).toBe(false)
  expect(() => evaluate('req.constructor == 1')).toThrow('`req` has no `constructor`')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})
