import { expect, test } from 'vitest'
import { webSocketAcceptOf } from './websocket-accept.ts'

test('answers the key of RFC 6455 §1.3 as it says', () => {
  expect(webSocketAcceptOf('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})
