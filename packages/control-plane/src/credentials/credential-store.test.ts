import { EventEmitter, once } from 'node:events'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAuthtoken } from '@tunnel/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from '../../test/temporary-directory.ts'
import { CredentialStore, type CredentialStoreOptions } from './credential-store.ts'

async function credentialsPath(): Promise<string> {
  return join(await temporaryDirectory(), 'credentials.json')
}

async function opened(path: string, options: CredentialStoreOptions = {}): Promise<CredentialStore> {
  const store = await CredentialStore.open(path, options)
  onTestFinished(() => store.close())
  return store
}

test('gives out tokens of the expected shape, whose first half is the id', async () => {
  const store = await opened(await credentialsPath())
  const { credential, authtoken } = await store.createCredential('laptop')
  expect(isAuthtoken(authtoken)).toBe(true)
  expect(credential.id).toBe(`cr_${authtoken.split('_')[0]}`)
  expect(credential.accountId).toMatch(/^ac_[0-9A-Za-z]{27}$/)
  expect(await store.findByAuthtoken(authtoken)).toEqual(credential)
})

test('keeps no token, only its hash, in a file of the owner alone', async () => {
  const path = await credentialsPath()
  const { authtoken } = await (await opened(path)).createCredential('laptop')
  const text = await readFile(path, 'utf8')
  expect(text).toContain('tokenHash')
  expect(text).not.toContain(authtoken.split('_')[1])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('knows its credentials again after a restart', async () => {
  const path = await credentialsPath()
  const before = await opened(path)
  const { credential, authtoken } = await before.createCredential('laptop')
  const second = await before.createCredential('server')
  const after = await opened(path)
  expect(await after.listCredentials()).toEqual([credential, second.credential])
  expect(await after.findByAuthtoken(authtoken)).toEqual(credential)
  expect(second.credential.accountId).toBe(credential.accountId)
})

test('finds nobody for another secret, an unknown id or a text of another shape', async () => {
  const store = await opened(await credentialsPath())
  const { authtoken } = await store.createCredential('')
  const [id, secret] = authtoken.split('_') as [string, string]
  expect(await store.findByAuthtoken(`${id}_${'0'.repeat(21)}`)).toBeUndefined()
  expect(await store.findByAuthtoken(`${'0'.repeat(27)}_${secret}`)).toBeUndefined()
  expect(await store.findByAuthtoken('')).toBeUndefined()
  expect(await store.findByAuthtoken(`cr_${id}`)).toBeUndefined()
})

test('finds at once what another process created, and no longer what it deleted', async () => {
  const path = await credentialsPath()
  const edge = await opened(path)
  const command = await opened(path)
  const { credential, authtoken } = await command.createCredential('made beside a running edge')
  expect(await edge.findByAuthtoken(authtoken)).toEqual(credential)
  await command.deleteCredential(credential.id)
  expect(await edge.findByAuthtoken(authtoken)).toBeUndefined()
  expect(await edge.listCredentials()).toEqual([])
})

test('loses none of many changes made at the same time by several processes', async () => {
  const path = await credentialsPath()
  const stores = await Promise.all(Array.from({ length: 4 }, () => opened(path)))
  const made = await Promise.all(stores.flatMap((store) => [1, 2, 3].map((n) => store.createCredential(`${n}`))))
  const listed = await stores[0]?.listCredentials()
  expect(new Set(listed?.map(({ id }) => id))).toEqual(new Set(made.map(({ credential }) => credential.id)))
})

test('tells which credential was deleted by another process', async () => {
  const path = await credentialsPath()
  const edge = await opened(path, { pollIntervalMs: 10 })
  const { credential } = await edge.createCredential('to be deleted')
  await edge.createCredential('to stay')
  const events = new EventEmitter()
  edge.onRevoked((id) => events.emit('revoked', id))
  const revoked = once(events, 'revoked')
  await (await opened(path)).deleteCredential(credential.id)
  expect(await revoked).toEqual([credential.id])
})

test('tells nobody who no longer listens', async () => {
  const store = await opened(await credentialsPath())
  const { credential } = await store.createCredential('')
  const heard: string[] = []
  const stop = store.onRevoked((id) => heard.push(`first ${id}`))
  store.onRevoked((id) => heard.push(`second ${id}`))
  stop()
  await store.deleteCredential(credential.id)
  expect(heard).toEqual([`second ${credential.id}`])
})

test('has no credentials left when their file was removed', async () => {
  const path = await credentialsPath()
  const store = await opened(path)
  const { authtoken } = await store.createCredential('')
  await rm(path)
  expect(await store.findByAuthtoken(authtoken)).toBeUndefined()
})

test('says that a credential to delete does not exist, and makes no file for it', async () => {
  const store = await opened(await credentialsPath())
  const id = `cr_${'0'.repeat(27)}`
  await expect(store.deleteCredential(id)).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_CREDENTIAL_NOT_FOUND',
    message: `no credential has the id ${id}`,
  })
  expect(store.isUntouched).toBe(true)
})

test('bounds the number of credentials and the length of a description', async () => {
  const store = await opened(await credentialsPath(), { limits: { maxCredentials: 1, maxDescriptionLength: 5 } })
  await store.createCredential('12345')
  await expect(store.createCredential('123456')).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_LIMIT',
    message: '6 characters of description exceed maxDescriptionLength 5',
  })
  await expect(store.createCredential('')).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_LIMIT',
    message: '2 credentials exceed maxCredentials 1',
  })
})

test.each([
  ['{', 'not JSON'],
  ['[]', 'the whole: Invalid input: expected object, received array'],
  [
    '{ "version": 2, "accountId": "ac_000000000000000000000000000", "credentials": [] }',
    'version: Invalid input: expected 1',
  ],
  [
    '{ "version": 1, "accountId": "ac_000000000000000000000000000", "credentials": [{ "id": "cr_000000000000000000000000000", "accountId": "ac_000000000000000000000000000", "tokenHash": "secret", "description": "", "createdAt": "2026-11-21T12:00:00Z" }] }',
    'credentials[0].tokenHash: Invalid string: must match pattern /^[0-9a-f]{64}$/',
  ],
])('says what is wrong in a file of %s', async (text, what) => {
  const path = await credentialsPath()
  await writeFile(path, text)
  await expect(CredentialStore.open(path)).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_DATA_INVALID',
    message: `${path}: ${what}`,
  })
})

test('refuses to read a file larger than maxFileBytes', async () => {
  const path = await credentialsPath()
  await writeFile(path, ' '.repeat(65))
  await expect(CredentialStore.open(path, { limits: { maxFileBytes: 64 } })).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_DATA_INVALID',
    message: `${path}: 65 bytes exceeds maxFileBytes 64`,
  })
})

test('lets nobody in while its file is broken, and everybody again once it is repaired', async () => {
  const path = await credentialsPath()
  const store = await opened(path)
  const { credential, authtoken } = await store.createCredential('')
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.slice(0, -10))
  await expect(store.findByAuthtoken(authtoken)).rejects.toMatchObject({ code: 'ERR_CONTROL_PLANE_DATA_INVALID' })
  await writeFile(path, text)
  expect(await store.findByAuthtoken(authtoken)).toEqual(credential)
})

test('keeps what a credential may do', async () => {
  const path = await credentialsPath()
  const grants = { acl: ['bind:*.team.test', 'bind:app=web'], limits: { maxEndpoints: 3, maxRequestsPerMinute: 100 } }
  const { credential, authtoken } = await (await opened(path)).createCredential('laptop', grants)
  expect(credential).toMatchObject(grants)
  expect(await (await opened(path)).findByAuthtoken(authtoken)).toMatchObject(grants)
})

test('reads a file from before there were rules and limits: everything is allowed', async () => {
  const path = await credentialsPath()
  const { authtoken } = await (await opened(path)).createCredential('old')
  const file = JSON.parse(await readFile(path, 'utf8'))
  for (const credential of file.credentials) {
    delete credential.acl
    delete credential.limits
  }
  await writeFile(path, JSON.stringify(file))
  expect(await (await opened(path)).findByAuthtoken(authtoken)).toMatchObject({ acl: [], limits: {} })
})

test('makes no credential of a rule that is none, nor of more rules than may be', async () => {
  const store = await opened(await credentialsPath(), { limits: { maxAclRules: 1 } })
  await expect(store.createCredential('', { acl: ['app.test'] })).rejects.toMatchObject({ code: 'ERR_TUNNEL_600' })
  await expect(store.createCredential('', { acl: ['bind:a.test', 'bind:b.test'] })).rejects.toMatchObject({
    code: 'ERR_CONTROL_PLANE_LIMIT',
  })
  expect(store.isUntouched).toBe(true)
})
