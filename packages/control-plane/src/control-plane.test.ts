import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseConnectionString } from '@tunnel/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { MovedClock } from '../test/moved-clock.ts'
import { temporaryDirectory } from '../test/temporary-directory.ts'
import {
  type ControlPlane,
  currentConnectionString,
  newConnectionString,
  openControlPlane,
  openCredentials,
} from './index.ts'

async function started(dataDir: string, edgeHost = 'tunnel.example'): Promise<ControlPlane> {
  const controlPlane = await openControlPlane({ dataDir, domains: ['tunnel.example'], edgeHost })
  onTestFinished(() => controlPlane.close())
  return controlPlane
}

test('pairs an agent at the first start: address, CA and a token that works', async () => {
  const dataDir = await temporaryDirectory()
  const controlPlane = await started(dataDir)
  const text = await controlPlane.connectionString(8443)
  const { authtoken = '', ...address } = parseConnectionString(text)
  expect(address).toEqual({ host: 'tunnel.example', port: 8443, caFingerprint: controlPlane.caFingerprint })
  expect(await controlPlane.credentials.findByAuthtoken(authtoken)).toMatchObject({
    description: 'made at the first start',
  })
  expect(await readFile(join(dataDir, 'connection-string'), 'utf8')).toBe(`${text}\n`)
})

test('leaves nothing in its directory that others may read', async () => {
  const dataDir = await temporaryDirectory()
  const controlPlane = await started(dataDir)
  await controlPlane.connectionString(443)
  const files = await readdir(dataDir)
  expect(files.sort()).toEqual(['ca.crt', 'ca.key', 'connection-string', 'credentials.json', 'edge.lock', 'resume.key'])
  for (const file of files) expect((await stat(join(dataDir, file))).mode & 0o777).toBe(0o600)
})

test('is the same edge to its agents after a restart', async () => {
  const dataDir = await temporaryDirectory()
  const before = await started(dataDir)
  const text = await before.connectionString(443)
  await before.close()
  const after = await started(dataDir)
  expect(after.resumeKey).toEqual(before.resumeKey)
  expect(after.caFingerprint).toBe(before.caFingerprint)
  expect(await after.connectionString(443)).toBe(text)
  expect(await after.credentials.listCredentials()).toHaveLength(1)
})

test('follows the edge to another host and port, with the same token', async () => {
  const dataDir = await temporaryDirectory()
  const before = await started(dataDir)
  const first = parseConnectionString(await before.connectionString(443))
  await before.close()
  const moved = parseConnectionString(await (await started(dataDir, '192.0.2.7')).connectionString(8443))
  expect(moved).toEqual({ ...first, host: '192.0.2.7', port: 8443 })
})

test('gives the string without a token once the operator has removed it, and makes no other', async () => {
  const dataDir = await temporaryDirectory()
  const controlPlane = await started(dataDir)
  await controlPlane.connectionString(443)
  await rm(join(dataDir, 'connection-string'))
  expect(parseConnectionString(await controlPlane.connectionString(443)).authtoken).toBeUndefined()
  expect(await controlPlane.credentials.listCredentials()).toHaveLength(1)
})

test('takes a token out of the string when its credential is gone', async () => {
  const controlPlane = await started(await temporaryDirectory())
  await controlPlane.connectionString(443)
  const [credential] = await controlPlane.credentials.listCredentials()
  await controlPlane.credentials.deleteCredential(credential?.id ?? '')
  expect(parseConnectionString(await controlPlane.connectionString(443)).authtoken).toBeUndefined()
})

test('makes no credential of its own when the operator made one before the first start', async () => {
  const dataDir = await temporaryDirectory()
  const { credential } = await (await openCredentials(dataDir)).createCredential('mine')
  const controlPlane = await started(dataDir)
  expect(parseConnectionString(await controlPlane.connectionString(443)).authtoken).toBeUndefined()
  expect(await controlPlane.credentials.listCredentials()).toEqual([credential])
})

test('gives commands the string of the running edge, and new tokens for it', async () => {
  const dataDir = await temporaryDirectory()
  const controlPlane = await started(dataDir)
  const text = await controlPlane.connectionString(8443)
  expect(await currentConnectionString(dataDir)).toBe(text)
  const other = parseConnectionString(await newConnectionString(dataDir, 'second agent'))
  expect(other).toEqual({ ...parseConnectionString(text), authtoken: other.authtoken })
  expect(await controlPlane.credentials.findByAuthtoken(other.authtoken ?? '')).toMatchObject({
    description: 'second agent',
  })
  expect(await currentConnectionString(dataDir)).toBe(text)
})

test('has no connection string before an edge has run', async () => {
  const dataDir = await temporaryDirectory()
  const notStarted = { code: 'ERR_CONTROL_PLANE_NOT_STARTED' }
  await expect(currentConnectionString(dataDir)).rejects.toMatchObject(notStarted)
  await expect(newConnectionString(dataDir, '')).rejects.toMatchObject(notStarted)
})

test('says what is wrong with a damaged file', async () => {
  const dataDir = await temporaryDirectory()
  await writeFile(join(dataDir, 'resume.key'), 'short')
  await expect(started(dataDir)).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_DATA_INVALID',
    message: expect.stringContaining('resume.key: 5 bytes, expected 32'),
  })
  await rm(join(dataDir, 'resume.key'))
  await writeFile(join(dataDir, 'connection-string'), 'https://tunnel.example')
  await expect(currentConnectionString(dataDir)).rejects.toMatchObject({ code: 'ERR_CONTROL_PLANE_DATA_INVALID' })
})

test('keeps neither the directory nor a timer after a failed start or a close', async () => {
  const dataDir = await temporaryDirectory()
  const clock = new MovedClock()
  await writeFile(join(dataDir, 'resume.key'), 'short')
  await expect(openControlPlane({ dataDir, domains: ['tunnel.example'], clock })).rejects.toThrow()
  await rm(join(dataDir, 'resume.key'))
  const controlPlane = await openControlPlane({ dataDir, domains: ['tunnel.example'], clock })
  await controlPlane.close()
  await controlPlane.close()
  expect(clock.pending).toBe(0)
  expect(await readdir(dataDir)).not.toContain('edge.lock')
})
