import { expect, test } from 'vitest'
import { suggestions } from './suggestions.ts'
import { isFilter, joined, negated, termTexts } from './terms.ts'

const texts = (draft: string, headers: string[] = []): string[] => suggestions(draft, headers).map(({ text }) => text)

test('offers every field before anything is typed', () => {
  expect(texts('')).toEqual(expect.arrayContaining(['path:', 'status', 'method', 'duration', 'size', 'header.', 'is']))
})

test('offers the fields that begin as what is typed, negated as it is', () => {
  expect(texts('-st')).toEqual(['-status'])
})

test('offers headers that were seen', () => {
  expect(texts('shop', ['X-Shop-Domain', 'Accept'])).toEqual(['header.x-shop-domain:'])
  expect(texts('header.x', ['X-Shop-Domain', 'Accept'])).toEqual(['header.x-shop-domain:'])
})

test('offers values once the field is there', () => {
  expect(texts('status:5')).toEqual(['status:5xx', 'status:500..599'])
  expect(texts('!is')).toContain('!is:pinned')
})

test('offers nothing for a quoted text', () => {
  expect(texts('"abc')).toEqual([])
})

test('offers only values that are filters', () => {
  const offered = ['status', 'method', 'duration', 'size', 'request-size', 'messages', 'kind', 'type', 'is'].flatMap(
    (field) => suggestions(field, []).filter(({ whole }) => whole),
  )
  expect(offered.length).toBeGreaterThan(30)
  expect(offered.filter(({ text }) => !isFilter(text))).toEqual([])
})

test('takes a filter apart and puts it together', () => {
  const filter = 'status:5xx  -path:/a* "order 42" StatusCode !match 20'
  expect(termTexts(filter)).toEqual(['status:5xx', '-path:/a*', '"order 42"', 'StatusCode !match 20'])
  expect(joined(termTexts(filter) ?? [])).toBe('status:5xx -path:/a* "order 42" StatusCode !match 20')
  expect(termTexts('status:x')).toBeUndefined()
})

test('turns a term round, and back', () => {
  expect(negated('status:5xx')).toBe('-status:5xx')
  expect(negated('!status:5xx')).toBe('status:5xx')
})
