import { expect, test } from 'vitest'
import { ALWAYS_ALL_ROWS, visibleRows } from './row-window.ts'

test('makes all of few rows', () => {
  expect(visibleRows(0, 100, 20, ALWAYS_ALL_ROWS)).toEqual({ first: 0, end: ALWAYS_ALL_ROWS })
})

test('makes what is seen of many rows, and a few around it', () => {
  expect(visibleRows(20_000, 400, 20, 10_000)).toEqual({ first: 992, end: 1_028 })
})

test('stays within the rows at both ends', () => {
  expect(visibleRows(0, 400, 20, 10_000)).toEqual({ first: 0, end: 28 })
  expect(visibleRows(199_600, 400, 20, 10_000)).toEqual({ first: 9_972, end: 10_000 })
  expect(visibleRows(900_000, 400, 20, 10_000)).toEqual({ first: 9_992, end: 10_000 })
})
