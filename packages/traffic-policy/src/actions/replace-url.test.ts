import { assertHost } from '@tunnel/http'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redirect } from './redirect.ts'
import { compileRegex } from './regex.ts'
import { rewriteUrl } from './url-rewrite.ts'

const URL_ = 'https://app.example.com/v1/users?page=2'

function location(from: string | undefined, to: string, url = URL_) {
  return redirect(url, from === undefined ? { to } : { from: compileRegex(from), to }, 302)?.results.url
}

describe('redirect', () => {
  test.each([
    ['/v1/', '/v2/', 'https://app.example.com/v2/users?page=2'],
    ['^https://', 'http://', 'http://app.example.com/v1/users?page=2'],
    ['/v1/(\\w+)\\?page=(\\d+)', '/v2/$2/$1', 'https://app.example.com/v2/2/users'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a group in Go's syntax
    ['(?P<word>users)', '${word}-${word}s', 'https://app.example.com/v1/users-userss?page=2'],
    ['users', '$1x$$', 'https://app.example.com/v1/$?page=2'],
    ['e', 'E', 'https://app.ExamplE.com/v1/usErs?pagE=2'],
    [undefined, 'https://other.example/a b', 'https://other.example/a%20b'],
    [undefined, '/login#top', 'https://app.example.com/login#top'],
    [undefined, 'next', 'https://app.example.com/v1/next'],
    [undefined, '?x=1', 'https://app.example.com/v1/users?x=1'],
    ['/.*', '/redirect', 'https://app.example.com/redirect'],
    ['.*', '/all', 'https://app.example.com/all'],
    [undefined, '//evil.example/x', 'https://app.example.com//evil.example/x'],
    [undefined, '/é', 'https://app.example.com/%C3%A9'],
  ])('%s to %s', (from, to, expected) => {
    expect(location(from, to)).toBe(expected)
  })

  test('of a URL without a path stays on its host', () => {
    expect(location(undefined, '.evil.example', 'https://app.example.com')).toBe(
      'https://app.example.com/.evil.example',
    )
    expect(location(undefined, '@evil.example', 'https://app.example.com')).toBe(
      'https://app.example.com/@evil.example',
    )
  })

  test('is nothing where nothing matches or changes', () => {
    expect(location('/v3/', '/v4/')).toBeUndefined()
    expect(location('/v1/', '/v1/')).toBeUndefined()
    expect(location(undefined, URL_)).toBeUndefined()
    expect(location('/.*', '/v1/users?page=2')).toBeUndefined()
  })

  test('answers with the status and what matched', () => {
    expect(redirect(URL_, { from: compileRegex('v(\\d)'), to: 'w$1' }, 308)).toEqual({
      status: 308,
      headers: ['location', 'https://app.example.com/w1/users?page=2'],
      results: { matches: ['v1'], url: 'https://app.example.com/w1/users?page=2' },
    })
  })

  test.each([
    ['\r\nset-cookie: a=b', 'ERR_TUNNEL_2253'],
    ['https://a b/', 'ERR_TUNNEL_2253'],
    ['https://user@@a..b:0x/', 'ERR_TUNNEL_2253'],
  ])('to %j is refused', (to, code) => {
    expect(() => location(undefined, to)).toThrow(expect.objectContaining({ code }))
  })

  test('to more than the limit is refused', () => {
    expect(() => location('', 'x'.repeat(8192))).toThrow(expect.objectContaining({ code: 'ERR_TUNNEL_2249' }))
  })
})

describe('url-rewrite', () => {
  test('changes the target', () => {
    const rewritten = rewriteUrl(URL_, 'app.example.com', { from: compileRegex('/v1/'), to: '/v2/' })
    expect(rewritten).toMatchObject({ target: '/v2/users?page=2', results: { matches: ['/v1/'] } })
    expect(rewritten?.host).toBeUndefined()
  })

  test('changes host and port', () => {
    const url = 'http://app.example.com:8080/x'
    const rewritten = rewriteUrl(url, 'app.example.com:8080', { from: compileRegex(':8080'), to: ':9090' })
    expect(rewritten).toMatchObject({ target: '/x', host: 'app.example.com:9090' })
  })

  test('keeps the spelling of what it does not match', () => {
    const url = 'http://a.example/x//y/%2F/é?q=a|b'
    const rewritten = rewriteUrl(url, 'a.example', { from: compileRegex('x'), to: 'z' })
    expect(rewritten?.target).toMatch(/^\/z\/\/y\/%2F\/(é|%C3%A9)\?q=a\|b$/)
  })

  test('is nothing where nothing matches', () => {
    expect(rewriteUrl(URL_, 'app.example.com', { from: compileRegex('nothing'), to: 'x' })).toBeUndefined()
  })
})

test('whatever is replaced by whatever, the target can stand in a request line', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })
  fc.assert(
    fc.property(text, fc.constantFrom('/', 'a', '', '.', '[^/]+$', '//', '^https?:'), (to, from) => {
      let rewritten: ReturnType<typeof rewriteUrl>
      try {
        rewritten = rewriteUrl(URL_, 'app.example.com', { from: compileRegex(from), to })
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_TUNNEL_2253' })
        return
      }
      if (rewritten === undefined) return
      expect(rewritten.target).toMatch(/^\/[\x21-\x7e]*$/)
      expect(() => assertHost(rewritten.url.host)).not.toThrow()
    }),
    { numRuns: 1000 },
  )
})
