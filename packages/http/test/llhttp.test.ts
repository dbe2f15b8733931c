import { cutAt, cutEveryByte } from '@tunnel/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RequestHead, ResponseHead } from '../src/index.ts'
import { requestDifferences, responseDifferences } from './llhttp-differences.ts'
import { type Fixture, type LoggedMessage, loadFixtures } from './llhttp-fixtures.ts'
import { type ReadMessage, readRequests, readResponses } from './reading.ts'
import { ADDED, withHost } from './with-host.ts'

// Lenient cases are about what llhttp can be told to tolerate, which this codec never is; `-finish` ones are about its C API.
const requests = loadFixtures('request').filter(({ type }) => type === 'request')
const responses = loadFixtures('response').filter(({ type }) => type === 'response')

const readAll = (fixture: Fixture) => readRequests([withHost(fixture.input)])
/** A byte at a time, since only a response that arrives after its request was sent is not unsolicited. */
const readEach = (fixture: Fixture) => readResponses(cutEveryByte(fixture.input), { asks: 'each', upgradeAsked: true })

test('finds the cases', () => {
  expect(requests.length).toBeGreaterThan(120)
  expect(responses.length).toBeGreaterThan(70)
})

describe('requests that strict llhttp reads', () => {
  const accepted = requests.filter(({ error, title }) => error === undefined && !(title in requestDifferences))
  test.each(titled(accepted))('%s', (_, fixture) => {
    const reading = readAll(fixture)
    expect(reading.error).toBeUndefined()
    expect(reading.messages.map(requestSpans)).toEqual(
      fixture.messages.filter((it) => it.headComplete).map(loggedRequest),
    )
  })
})

describe('requests that strict llhttp refuses', () => {
  const refused = requests.filter(({ error, title }) => error !== undefined && !(title in requestDifferences))
  test.each(titled(refused))('%s', (_, { input, messages }) => {
    // Some cases stop in the middle of a head that llhttp already refuses; this codec weighs fields against each other at its end.
    const reading = readRequests([withHost(input), Buffer.from('\r\n\r\n')])
    expect(reading.error).toBeDefined()
    const before = reading.messages.filter(({ complete }) => complete).map(requestSpans)
    expect(before).toEqual(messages.slice(0, before.length).map(loggedRequest))
  })
})

describe('requests where the codec differs from llhttp', () => {
  test.each(Object.entries(requestDifferences))('%s', (title, { here }) => {
    const fixture = requests.find((it) => it.title === title)!
    const { error } = readAll(fixture)
    expect(error?.code ?? 'accepted').toBe(here)
    expect(fixture.error === undefined).toBe(here !== 'accepted')
  })
})

describe('responses that strict llhttp reads', () => {
  const accepted = responses.filter(({ error, title }) => error === undefined && !(title in responseDifferences))
  test.each(titled(accepted))('%s', (_, fixture) => {
    const reading = readEach(fixture)
    expect(reading.error).toBeUndefined()
    const logged = fixture.messages.filter((it) => it.headComplete)
    expect(reading.informational.map(({ status }) => status)).toEqual(
      logged.map((it) => it.status).filter(isInformational),
    )
    expect(reading.messages.map(responseSpans)).toEqual(
      logged.filter((it) => !isInformational(it.status)).map(loggedResponse),
    )
  })
})

describe('responses that strict llhttp refuses', () => {
  const refused = responses.filter(({ error, title }) => error !== undefined && !(title in responseDifferences))
  test.each(titled(refused))('%s', (_, { input }) => {
    const chunks = cutEveryByte(Buffer.concat([input, Buffer.from('\r\n\r\n')]))
    expect(readResponses(chunks, { asks: 'each', upgradeAsked: true }).error).toBeDefined()
  })
})

describe('responses where the codec differs from llhttp', () => {
  test.each(Object.entries(responseDifferences))('%s', (title, { here }) => {
    const fixture = responses.find((it) => it.title === title)!
    expect(readEach(fixture).error?.code).toBe(here)
    expect(fixture.error).toBeUndefined()
  })
})

describe('any cut of the bytes reads the same', () => {
  const cuts = fc.array(fc.nat({ max: 2_000 }), { maxLength: 12 })

  test.each(titled(loadFixtures('request')))('%s', (_, { input }) => {
    const bytes = withHost(input)
    const whole = readRequests([bytes])
    expect(readRequests(cutEveryByte(bytes))).toEqual(whole)
    const property = fc.property(cuts, (at) => {
      expect(readRequests(cutAt(bytes, at))).toEqual(whole)
    })
    fc.assert(property, { numRuns: 20, seed: 1 })
  })

  test.each(titled(loadFixtures('response')))('%s', (_, { input }) => {
    const whole = readResponses([input], { upgradeAsked: true })
    expect(readResponses(cutEveryByte(input), { upgradeAsked: true })).toEqual(whole)
    const property = fc.property(cuts, (at) => {
      expect(readResponses(cutAt(input, at), { upgradeAsked: true })).toEqual(whole)
    })
    fc.assert(property, { numRuns: 20, seed: 1 })
  })
})

function titled(fixtures: Fixture[]): [title: string, fixture: Fixture][] {
  return fixtures.map((fixture) => [fixture.title, fixture])
}

function requestSpans({ head, body, trailers, complete }: ReadMessage<RequestHead>) {
  const { method, target, minorVersion } = head
  return {
    method,
    target,
    version: `1.${minorVersion}`,
    fields: pairs(head.headers),
    trailers: pairs(trailers ?? []),
    body,
    complete,
  }
}

function loggedRequest({ method, target, version, fields, trailers, body, complete }: LoggedMessage) {
  return { method, target, version, fields, trailers, body, complete }
}

function responseSpans({ head, body, trailers, complete }: ReadMessage<ResponseHead>) {
  const { status, reason, minorVersion } = head
  // llhttp calls a 101 complete; here the connection is handed over.
  return {
    status,
    reason,
    version: `1.${minorVersion}`,
    fields: pairs(head.headers),
    trailers: pairs(trailers ?? []),
    body,
    complete: complete || status === 101,
  }
}

function loggedResponse({ status, reason, version, fields, trailers, body, complete }: LoggedMessage) {
  return { status, reason, version, fields, trailers, body, complete }
}

function pairs(headers: string[]): [string, string][] {
  const result: [string, string][] = []
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] !== ADDED) result.push([headers[at]!, headers[at + 1]!])
  }
  return result
}

function isInformational(status: number): boolean {
  return status < 200 && status !== 101
}
