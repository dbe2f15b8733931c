import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addHeaders, assertAddable, assertRemovable, removeHeaders } from './edit-headers.ts'
import { fieldFromText, firstField, textFromField } from './header-fields.ts'

describe('add-headers', () => {
  test('appends lines, in lower case, beside those that there are', () => {
    const { headers, host, results } = addHeaders(
      ['X-A', '1'],
      [
        ['X-A', '2'],
        ['X-B', ['3', '4']],
      ],
      'on_http_request',
    )
    expect(headers).toEqual(['X-A', '1', 'x-a', '2', 'x-b', '3', 'x-b', '4'])
    expect(host).toBeUndefined()
    expect(results.headers_added).toMatchObject({ 'x-a': '2' })
  })

  test('leaves the list that it was given as it was', () => {
    const given = ['a', '1', 'host', 'x']
    addHeaders(
      given,
      [
        ['b', '2'],
        ['host', 'other'],
      ],
      'on_http_request',
    )
    removeHeaders(given, ['a'])
    expect(given).toEqual(['a', '1', 'host', 'x'])
  })

  test('replaces the host of a request, and only of a request', () => {
    const request = addHeaders(
      ['a', '1', 'Host', 'public.example', 'b', '2'],
      [['Host', 'inner:8080']],
      'on_http_request',
    )
    expect(request).toMatchObject({ headers: ['a', '1', 'Host', 'inner:8080', 'b', '2'], host: 'inner:8080' })
    const response = addHeaders([], [['host', 'x']], 'on_http_response')
    expect(response.headers).toEqual(['host', 'x'])
    expect(response.host).toBeUndefined()
  })

  test('writes text as UTF-8, which is read as the same text', () => {
    const { headers } = addHeaders([], [['x', 'Zoë ☕']], 'on_http_request')
    expect(headers[1]).toBe(Buffer.from('Zoë ☕').toString('latin1'))
    expect(textFromField(headers[1]!)).toBe('Zoë ☕')
  })

  test.each([
    ['a line break', 'x\r\nset-cookie: a=b'],
    ['a bare CR', 'x\ry'],
    ['a bare LF', 'x\ny'],
    ['NUL', 'x\0'],
    ['DEL', 'x\x7f'],
    ['more than 8192 bytes', 'é'.repeat(4097)],
  ])('refuses a value with %s', (_, value) => {
    expect(() => addHeaders([], [['x', value]], 'on_http_request')).toThrow(
      expect.objectContaining({ code: 'ERR_TUNNEL_2211' }),
    )
  })

  test('refuses a host that is none', () => {
    for (const host of ['', 'a b', 'a/b', 'user@a', 'a:99999'])
      expect(() => addHeaders([], [['host', host]], 'on_http_request')).toThrow(
        expect.objectContaining({ code: 'ERR_TUNNEL_2211' }),
      )
  })

  test.each(['', 'a b', 'a:b', 'é', 'a\n', 'x'.repeat(129)])('refuses the name %j', (name) => {
    expect(() => assertAddable(name)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_2210' }))
  })

  test.each([
    'user-agent',
    'User-Agent',
    'connection',
    'transfer-encoding',
    'content-length',
    'upgrade',
    'te',
    'ngrok-error-code',
    'tunnel-error-code',
    'ngrok-skip-browser-warning',
    'proxy-authorization',
  ])('refuses to add %s', (name) => {
    expect(() => assertAddable(name)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_2219' }))
  })

  test('adds what is about the proxy but not of the connection', () => {
    for (const name of ['x-forwarded-for', 'forwarded', 'authorization', 'set-cookie', 'host'])
      expect(() => assertAddable(name)).not.toThrow()
  })
})

describe('remove-headers', () => {
  test('removes every line of each name, in any case, and tells which there were', () => {
    const { headers, results } = removeHeaders(['X-A', '1', 'b', '2', 'x-a', '3'], ['x-A', 'X-C', 'x-a'])
    expect(headers).toEqual(['b', '2'])
    expect(results.headers_removed).toEqual(['x-a'])
  })

  test.each(['user-agent', 'Host', 'content-length', 'connection'])('refuses to remove %s', (name) => {
    expect(() => assertRemovable(name)).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_2219' }))
  })
})

const names = fc.constantFrom('x-a', 'X-A', 'x-b', 'accept', '__proto__', 'constructor')
const values = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\r\n'), fc.constant('ok'))
const lists = fc.array(fc.tuple(names, fc.constantFrom('1', '2', ''))).map((fields) => fields.flat())

test('whatever is added, all lines that were there stay, and no value holds a control character', () => {
  fc.assert(
    fc.property(lists, fc.array(fc.tuple(names, values)), (before, entries) => {
      let after: string[]
      try {
        after = addHeaders(before, entries, 'on_http_request').headers
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_TUNNEL_2211' })
        return
      }
      expect(after.slice(0, before.length)).toEqual(before)
      expect(after).toHaveLength(before.length + entries.length * 2)
      for (const text of after) expect(text).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/)
    }),
    {
      examples: [
        [
          [],
          [
            ['__proto__', 'ok'],
            ['__proto__', ''],
          ],
        ],
      ],
    },
  )
})

test('whatever is removed, nothing of its name is left and all else is', () => {
  fc.assert(
    fc.property(lists, fc.array(names), (before, unwanted) => {
      const { headers } = removeHeaders(before, unwanted)
      const lower = new Set(unwanted.map((name) => name.toLowerCase()))
      const kept = before.filter((_, at) => !lower.has(before[at - (at % 2)]!.toLowerCase()))
      expect(headers).toEqual(kept)
      for (const name of lower) expect(firstField(headers, name)).toBeUndefined()
    }),
  )
})

test('text survives being a field', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.includes('\ufffd') && text === Buffer.from(text).toString())
      expect(textFromField(fieldFromText(text))).toBe(text)
    }),
  )
})
