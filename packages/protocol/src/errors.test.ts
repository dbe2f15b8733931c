import { expect, test } from 'vitest'
import { TunnelError } from './index.ts'

test('travels with its code, its words and whether to try again', () => {
  const error = new TunnelError(334, 'https://a.example is kept for another agent', { retryable: true })
  expect(TunnelError.fromWire(error.toWire())).toEqual(error)
})

test('leaves its cause at home', () => {
  const error = new TunnelError(128, 'the edge cannot check credentials', { cause: new Error('password=hunter2') })
  expect(JSON.stringify(error.toWire())).not.toContain('hunter2')
})

test('cuts words that the other side would not take', () => {
  expect(new TunnelError(802, 'x'.repeat(10_000)).toWire().message).toHaveLength(4096)
})

test('is the same under the name that SDK users know', () => {
  expect(new TunnelError(107, '').errorCode).toBe('ERR_TUNNEL_107')
})

test('stays itself, and stands for what is no error of ours without repeating it', () => {
  const ours = new TunnelError(107, 'no')
  expect(TunnelError.from(ours)).toBe(ours)
  const cause = new Error('secret')
  expect(TunnelError.from(cause)).toMatchObject({ code: 'ERR_TUNNEL_802', message: 'internal error', cause })
})
