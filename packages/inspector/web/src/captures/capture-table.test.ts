import { expect, test } from 'vitest'
import type { CaptureSummary } from '../../../src/contract.ts'
import { type Filter, parseFilter } from '../../../src/filter.ts'
import { CaptureTable, MAX_ROWS } from './capture-table.ts'

const idOf = (number: number): string => number.toString(16).padStart(16, '0')

function summary(number: number, other: Partial<CaptureSummary> = {}): CaptureSummary {
  return {
    id: idOf(number),
    method: 'GET',
    path: `/${number}`,
    host: '',
    reason: '',
    status: 200,
    ...other,
  } as CaptureSummary
}

function filter(text: string): Filter {
  const parsed = parseFilter(text)
  if ('problem' in parsed) throw new Error(parsed.problem.message)
  return parsed.filter
}

const paths = (table: CaptureTable): (string | undefined)[] =>
  Array.from({ length: table.matched }, (_, index) => table.at(index)?.path)

test('has the newest on top, in whatever order they come', () => {
  const table = new CaptureTable()
  table.put([summary(5), summary(3)])
  table.put([summary(9)])
  table.put([summary(4)])
  expect(paths(table)).toEqual(['/9', '/5', '/4', '/3'])
})

test('shows what the filter lets through, and counts the rest', () => {
  const table = new CaptureTable()
  table.put([summary(1), summary(2, { status: 500 }), summary(3)])
  table.filter = filter('status:5xx')
  table.put([summary(4, { status: 503 }), summary(5)])
  expect(paths(table)).toEqual(['/4', '/2'])
  expect(table.total).toBe(5)
  table.filter = filter('')
  expect(table.matched).toBe(5)
})

test('moves a row in and out when its capture changes', () => {
  const table = new CaptureTable()
  table.filter = filter('status:5xx')
  table.put([summary(1, { status: null }), summary(2, { status: 500 })])
  table.put([summary(1, { status: 502 })])
  expect(paths(table)).toEqual(['/2', '/1'])
  table.put([summary(2, { status: 200 })])
  expect(paths(table)).toEqual(['/1'])
})

test('knows where a capture stands', () => {
  const table = new CaptureTable()
  table.put([summary(1), summary(2), summary(3), summary(4)])
  table.filter = filter('-path:/3')
  expect([4, 3, 2, 1, 7].map((number) => table.indexOf(idOf(number)))).toEqual([0, -1, 1, 2, -1])
})

test('forgets what is removed', () => {
  const table = new CaptureTable()
  table.put([summary(1), summary(2), summary(3)])
  table.remove([idOf(2), idOf(8)])
  expect(paths(table)).toEqual(['/3', '/1'])
  expect(table.get(idOf(2))).toBeUndefined()
  table.clear()
  expect([table.total, table.matched]).toEqual([0, 0])
})

test('keeps no more rows than its bound, the newest of them', () => {
  const table = new CaptureTable()
  table.put(Array.from({ length: MAX_ROWS + 3 }, (_, number) => summary(number)))
  expect(table.total).toBe(MAX_ROWS)
  expect(table.get(idOf(2))).toBeUndefined()
  expect(table.at(0)?.id).toBe(idOf(MAX_ROWS + 2))
})
