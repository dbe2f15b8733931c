import { expect, test } from 'vitest'
import type { CaptureDetail } from '../../../src/contract.ts'
import { type Draft, draftOf, draftProblem, replayRequestOf } from './draft.ts'

const request = {
  method: 'POST',
  target: '/a?b=c',
  headers: [
    ['Host', 'x'],
    ['Accept', '*/*'],
  ],
  trailers: [],
} as unknown as NonNullable<CaptureDetail['request']>

const original = draftOf({ request }, 'body')

test('asks for nothing that was not changed', () => {
  expect(replayRequestOf(original, original)).toEqual({})
})

test('asks for what was changed', () => {
  const draft: Draft = {
    ...original,
    method: 'PUT',
    target: '/a?b=d ',
    headers: [
      ['Host', 'x'],
      ['', ''],
      ['Accept', 'text/html'],
    ],
    trailers: [['Checksum', '1']],
    body: '',
    times: 3,
    to: { kind: 'endpoint', name: 'other' },
    allowTruncated: true,
  }
  expect(replayRequestOf(original, draft)).toEqual({
    method: 'PUT',
    target: '/a?b=d',
    headers: [
      ['Host', 'x'],
      ['Accept', 'text/html'],
    ],
    trailers: [['Checksum', '1']],
    body: '',
    times: 3,
    endpoint: 'other',
    allowTruncated: true,
  })
})

test('leaves bytes that are no text alone', () => {
  const binary = draftOf({ request }, undefined)
  expect(replayRequestOf(binary, { ...binary, to: { kind: 'upstream', address: ' localhost:9 ' } })).toEqual({
    upstream: 'localhost:9',
  })
})

test('says what keeps a draft from being sent', () => {
  expect(draftProblem(original)).toBeUndefined()
  const wrong: Partial<Draft>[] = [
    { method: 'GE T' },
    { target: '' },
    { target: '/a b' },
    { headers: [['a b', 'c']] },
    { trailers: [['a', 'c\r\nd: e']] },
    { times: 0 },
    { times: 101 },
    { times: Number.NaN },
    { to: { kind: 'upstream', address: ' ' } },
  ]
  expect(wrong.filter((one) => draftProblem({ ...original, ...one }) === undefined)).toEqual([])
})
