import { expect, test } from 'vitest'
import type { CredentialLimits } from '../ports.ts'
import { CredentialUse } from './credential-use.ts'
import { CredentialUses } from './credential-uses.ts'

function useWith(limits: CredentialLimits): { use: CredentialUse; clock: { now: number } } {
  const clock = { now: 1000 }
  const use = new CredentialUse(() => clock.now)
  use.adopt({ id: 'cr_1', accountId: 'ac_1', limits })
  return { use, clock }
}

const refusals = (use: CredentialUse, ...connections: object[]) =>
  connections.map((one) => use.refuseRequest(one)?.code)

test('requests over the limit of a minute wait for the next one', () => {
  const { use, clock } = useWith({ maxRequestsPerMinute: 2 })
  const connection = {}
  expect(refusals(use, connection, connection, connection)).toEqual([undefined, undefined, 'ERR_TUNNEL_734'])
  clock.now += 59_999
  expect(use.refuseRequest(connection)).toMatchObject({ message: 'more than 2 requests within a minute' })
  clock.now += 1
  expect(refusals(use, connection)).toEqual([undefined])
})

test('a connection counts once, however many requests it brings', () => {
  const { use, clock } = useWith({ maxConnectionsPerMinute: 1 })
  const [first, second] = [{}, {}]
  expect(refusals(use, first, first, second, first)).toEqual([undefined, undefined, 'ERR_TUNNEL_715', undefined])
  expect(use.refuseConnection()?.code).toBe('ERR_TUNNEL_715')
  clock.now += 60_000
  expect(refusals(use, second)).toEqual([undefined])
})

test('bytes over the limit refuse requests and connections alike', () => {
  const { use, clock } = useWith({ maxBytesPerMinute: 10 })
  const connection = {}
  expect(refusals(use, connection)).toEqual([undefined])
  use.onBytes(10)
  expect(refusals(use, connection, {})).toEqual(['ERR_TUNNEL_719', 'ERR_TUNNEL_719'])
  expect(use.refuseConnection()?.code).toBe('ERR_TUNNEL_719')
  clock.now += 60_000
  expect(refusals(use, connection)).toEqual([undefined])
})

test('what is refused does not count', () => {
  const { use, clock } = useWith({ maxRequestsPerMinute: 1, maxConnectionsPerMinute: 1 })
  refusals(use, {}, {}, {})
  clock.now += 60_000
  expect(refusals(use, {})).toEqual([undefined])
})

test('nothing is counted where nothing is bounded', () => {
  expect(useWith({}).use.isMetered).toBe(false)
  expect(useWith({ maxSessions: 1, maxEndpoints: 1 }).use.isMetered).toBe(false)
  expect(useWith({ maxBytesPerMinute: 1 }).use.isMetered).toBe(true)
})

test('an agent that comes back finds its counts again, and one without any is forgotten', () => {
  const uses = new CredentialUses()
  const credential = { id: 'cr_1', accountId: 'ac_1', limits: { maxRequestsPerMinute: 1 } }
  const use = uses.adopt(credential)
  expect(use.refuseRequest({})).toBeUndefined()
  uses.release('cr_1')
  expect(uses.adopt(credential)).toBe(use)
  expect(use.refuseRequest({})?.code).toBe('ERR_TUNNEL_734')

  const quiet = uses.adopt({ id: 'cr_2', accountId: 'ac_1' })
  uses.release('cr_2')
  expect(uses.of('cr_2')).not.toBe(quiet)
})
