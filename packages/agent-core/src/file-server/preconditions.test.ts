import { expect, test } from 'vitest'
import { checkPreconditions, holdsIfRange } from './preconditions.ts'

const validators = { etag: '"a-b"', modifiedAtSeconds: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000 }
const then = 'Fri, 02 Jan 2026 03:04:05 GMT'
const before = 'Fri, 02 Jan 2026 03:04:04 GMT'

test.each([
  [{}, undefined],
  [{ 'if-none-match': '"a-b"' }, 304],
  [{ 'if-none-match': 'W/"a-b"' }, 304],
  [{ 'if-none-match': '"x", "a-b"' }, 304],
  [{ 'if-none-match': '*' }, 304],
  [{ 'if-none-match': '"x"' }, undefined],
  [{ 'if-none-match': 'a-b' }, undefined],
  [{ 'if-modified-since': then }, 304],
  [{ 'if-modified-since': before }, undefined],
  [{ 'if-modified-since': 'yesterday' }, undefined],
  // RFC 9110 §13.1.3: ignored beside If-None-Match.
  [{ 'if-none-match': '"x"', 'if-modified-since': then }, undefined],
  [{ 'if-match': '"a-b"' }, undefined],
  [{ 'if-match': '*' }, undefined],
  [{ 'if-match': '"x"' }, 412],
  // If-Match compares strongly.
  [{ 'if-match': 'W/"a-b"' }, 412],
  [{ 'if-unmodified-since': then }, undefined],
  [{ 'if-unmodified-since': before }, 412],
  [{ 'if-match': '"a-b"', 'if-unmodified-since': before }, undefined],
  [{ 'if-match': '"x"', 'if-none-match': '"a-b"' }, 412],
])('%j is answered with %j', (headers, status) => {
  expect(checkPreconditions(headers, validators)).toBe(status)
})

test.each([
  [undefined, true],
  ['"a-b"', true],
  ['"x"', false],
  ['W/"a-b"', false],
  [then, true],
  [before, false],
  ['soon', false],
])('a range holds with If-Range %j: %j', (field, holds) => {
  expect(holdsIfRange(field, validators)).toBe(holds)
})
