import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readConfigText } from './index.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'config-file-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const fileOf = (bytes: string | Uint8Array): string => {
  const path = join(directory, 'a.yml')
  writeFileSync(path, bytes)
  return path
}

it('reads UTF-8 with or without a byte order mark', () => {
  expect(readConfigText(fileOf('a: ü\n'))).toBe('a: ü\n')
  expect(readConfigText(fileOf('\uFEFFa: ü\n'))).toBe('a: ü\n')
})

it('reads as much as maxConfigBytes and refuses one byte more', () => {
  expect(readConfigText(fileOf('a'.repeat(100_000)), { maxConfigBytes: 100_000 })).toHaveLength(100_000)
  expect(() => readConfigText(fileOf('a: 12'), { maxConfigBytes: 4 })).toThrow('exceeds maxConfigBytes 4')
})

it.runIf(process.platform === 'linux')('ends where a device does not', () => {
  expect(() => readConfigText('/dev/zero')).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_TOO_LARGE' }))
})

it('refuses bytes that are not UTF-8', () => {
  const path = fileOf(Uint8Array.of(0x61, 0xff))
  expect(() => readConfigText(path)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_UNREADABLE' }))
})

it('tells a missing file from one that cannot be read', () => {
  const missing = join(directory, 'no.yml')
  expect(() => readConfigText(missing)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_NOT_FOUND' }))
  expect(() => readConfigText(directory)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_UNREADABLE' }))
})
