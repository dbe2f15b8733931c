import { expect, test } from 'vitest'
import { DescriptorCount } from './descriptor-count.ts'

/** A machine with `open` descriptors, on which a list of them takes 5 ms. */
function oldMachine() {
  const machine = { open: 10, now: 1000, isFull: false }
  const count = new DescriptorCount(20, {
    size: () => 0,
    list: () => {
      if (machine.isFull) throw Object.assign(new Error(), { code: 'EMFILE' })
      machine.now += 5
      return machine.open
    },
    now: () => machine.now,
  })
  return { machine, count }
}

test('the size of the directory is their number where the kernel says it', () => {
  const never = (): never => {
    throw new Error('not listed')
  }
  expect(new DescriptorCount(20, { size: () => 7, list: never, now: never }).count()).toBe(7)
})

test('where they have to be listed, that takes a hundredth of the time at most', () => {
  const { machine, count } = oldMachine()
  expect(count.count()).toBe(10)
  machine.open = 11
  machine.now += 499
  expect(count.count()).toBe(10)
  machine.now += 1
  expect(count.count()).toBe(11)
})

test('where none is left to list them with, all are in use', () => {
  const { machine, count } = oldMachine()
  machine.isFull = true
  expect(count.count()).toBe(20)
})

test('nobody can say it on a machine that keeps no list', () => {
  const missing = (): never => {
    throw Object.assign(new Error(), { code: 'ENOENT' })
  }
  expect(new DescriptorCount(20, { size: missing, list: missing, now: () => 0 }).count()).toBeUndefined()
})
