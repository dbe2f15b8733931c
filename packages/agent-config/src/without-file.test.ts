import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { defaultConfigPath, loadAgentConfig, type Machine, ngrokConfigPaths } from './index.ts'
import { configWithoutFile } from './without-file.ts'

function machineOf(env: Machine['env'] = {}): Machine {
  const homedir = mkdtempSync(join(tmpdir(), 'without-file-'))
  onTestFinished(() => rmSync(homedir, { recursive: true }))
  return { platform: 'linux', homedir, env }
}

function place(path: string): string {
  mkdirSync(dirname(path), { recursive: true })
  return path
}

test('says the same as reading, where there is nothing to read', () => {
  for (const env of [
    {},
    { NGROK_AUTHTOKEN: 'theirs', TUNNEL_CONNECT: 'tunnel://edge.example' },
    { TUNNEL_CONFIG: '' },
  ]) {
    const machine = machineOf(env)
    expect(configWithoutFile(machine)).toEqual(loadAgentConfig(machine))
  }
})

test('leaves it to reading when a file is in any of the places', () => {
  for (const pathOf of [defaultConfigPath, ...[0, 1].map((nth) => (one: Machine) => ngrokConfigPaths(one)[nth]!)]) {
    const machine = machineOf()
    writeFileSync(place(pathOf(machine)), 'version: 3\n')
    expect(configWithoutFile(machine)).toBeUndefined()
  }
})

test('leaves it to reading when a file is named, also one that is not there', () => {
  expect(configWithoutFile({ ...machineOf(), explicitPaths: ['/nowhere.yml'] })).toBeUndefined()
  expect(configWithoutFile(machineOf({ TUNNEL_CONFIG: '/nowhere.yml' }))).toBeUndefined()
  expect(configWithoutFile(machineOf({ NGROK_CONFIG: '/nowhere.yml' }))).toBeUndefined()
})

test('leaves it to reading, which says why, when it cannot look', () => {
  const machine = machineOf()
  const path = place(defaultConfigPath(machine))
  symlinkSync(path, path)
  expect(configWithoutFile(machine)).toBeUndefined()
  expect(() => loadAgentConfig(machine)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_UNREADABLE' }))
})
