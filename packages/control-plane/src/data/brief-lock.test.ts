import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../../test/temporary-directory.ts'
import { underBriefLock } from './brief-lock.ts'

test('lets one in at a time and leaves nothing behind', async () => {
  const directory = await temporaryDirectory()
  let inside = 0
  const work = async (): Promise<number> => {
    const found = ++inside
    await readdir(directory)
    inside--
    return found
  }
  const found = await Promise.all(Array.from({ length: 20 }, () => underBriefLock(join(directory, 'lock'), work)))
  expect(found).toEqual(Array(20).fill(1))
  expect(await readdir(directory)).toEqual([])
})

test('is free again after work that failed', async () => {
  const path = join(await temporaryDirectory(), 'lock')
  await expect(underBriefLock(path, () => Promise.reject(new Error('work failed')))).rejects.toThrow('work failed')
  expect(await underBriefLock(path, async () => 'done')).toBe('done')
})

test('says who holds it when its turn does not come', async () => {
  const path = join(await temporaryDirectory(), 'lock')
  await underBriefLock(path, async () => {
    await expect(underBriefLock(path, async () => {}, 0)).rejects.toMatchObject({
      code: 'ERR_CONTROL_PLANE_DATA_IN_USE',
      message: `${path}: held by pid ${process.pid} for over 0 ms`,
    })
  })
})

test('clears the lock of a process that died inside it', async () => {
  const path = join(await temporaryDirectory(), 'lock')
  await writeFile(path, `${process.pid} 1`)
  expect(await underBriefLock(path, async () => 'done', 0)).toBe('done')
})
