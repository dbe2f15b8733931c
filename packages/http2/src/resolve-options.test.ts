import { expect, test } from 'vitest'
import { resolveServerOptions } from './resolve-options.ts'

test.each([
  ['maxConcurrentStreams', 0],
  ['maxConcurrentStreams', 1.5],
  ['maxHeaders', Number.NaN],
  ['maxFrameBytes', 16_383],
  ['maxFrameBytes', 2 ** 24],
  ['streamWindowBytes', 2 ** 31],
  ['connectionWindowBytes', 65_534],
  ['headerTableBytes', -1],
])('%s cannot be %s', (name, value) => {
  expect(() => resolveServerOptions({ [name]: value })).toThrow(new RegExp(`^${name} ${value} is no integer from`))
})

test('a smaller table than the protocol begins with is fine', () => {
  expect(resolveServerOptions({ headerTableBytes: 0, enableConnectProtocol: false })).toMatchObject({
    headerTableBytes: 0,
    enableConnectProtocol: false,
    maxFrameBytes: 16_384,
  })
})
