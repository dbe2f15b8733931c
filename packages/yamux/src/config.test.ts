import { expect, test } from 'vitest'
import { type Config, validateConfig } from './config.ts'

test('has the defaults that the README lists', () => {
  const { logger, clock, ...settings } = validateConfig({})
  expect(settings).toEqual({
    acceptBacklog: 256,
    enableKeepAlive: true,
    keepAliveIntervalMs: 30_000,
    keepAliveTimeoutMs: 10_000,
    connectionWriteTimeoutMs: 10_000,
    maxStreamWindowSize: 4_194_304,
    maxStreams: 4096,
    maxWindowGrowth: 67_108_864,
    maxQueuedReplies: 1024,
  })
})

test('waits for a ping as long as for a write unless told otherwise', () => {
  expect(validateConfig({ connectionWriteTimeout: 3 }).keepAliveTimeoutMs).toBe(3000)
  expect(validateConfig({ connectionWriteTimeout: 3, keepAliveTimeout: 15 }).keepAliveTimeoutMs).toBe(15_000)
})

test.each<[Config, string]>([
  [{ acceptBacklog: 0 }, 'acceptBacklog 0 is not an integer from 1 to 4294967295'],
  [{ maxStreamWindowSize: 1000 }, 'maxStreamWindowSize 1000 is not an integer from 262144 to 4294967295'],
  [{ maxStreams: 1.5 }, 'maxStreams 1.5 is not an integer from 1'],
  [{ maxWindowGrowth: -1 }, 'maxWindowGrowth -1 is not an integer from 0'],
  [{ maxQueuedReplies: Number.NaN }, 'maxQueuedReplies NaN'],
  [{ keepAliveInterval: 0 }, 'keepAliveInterval 0 is not a number of seconds above 0'],
  [{ keepAliveTimeout: -1 }, 'keepAliveTimeout -1'],
  [
    { connectionWriteTimeout: 30_000_000 },
    'connectionWriteTimeout 30000000 is not a number of seconds above 0, up to 2147483',
  ],
])('refuses %j', (config, message) => {
  expect(() => validateConfig(config)).toThrow(
    expect.objectContaining({ code: 'ERR_YAMUX_CONFIG', message: expect.stringContaining(message) }),
  )
})
