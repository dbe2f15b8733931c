import { expect, test } from 'vitest'
import { formatTraceparent, parseTraceparent } from './trace-context.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

test.each([
  [`00-${traceId}-${spanId}-01`, 1],
  [` 00-${traceId}-${spanId}-00 `, 0],
  [`00-${traceId}-${spanId}-ff`, 255],
  [`cc-${traceId}-${spanId}-01`, 1],
  [`cc-${traceId}-${spanId}-01-what-is-to-come`, 1],
])('takes %j', (text, flags) => {
  expect(parseTraceparent(text)).toEqual({ traceId, spanId, flags })
})

test.each([
  '',
  '00',
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-1`,
  `00-${traceId}-${spanId}-01-more`,
  `00-${traceId}-${spanId}-01.`,
  `cc-${traceId}-${spanId}-01.what`,
  `ff-${traceId}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${traceId}-${spanId}-0g`,
  `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
])('takes nothing of %j', (text) => {
  expect(parseTraceparent(text)).toBeUndefined()
})

test('writes what it reads', () => {
  for (const flags of ['00', '01', '03', 'ff']) {
    const text = `00-${traceId}-${spanId}-${flags}`
    expect(formatTraceparent(parseTraceparent(text)!)).toBe(text)
  }
})
