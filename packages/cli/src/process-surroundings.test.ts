import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { processSurroundings } from './process-surroundings.ts'

/** As much of a process as is looked at. */
class FakeProcess extends EventEmitter {
  readonly argv = ['node', 'tunnel.mjs', 'http', '80']
  readonly env = { A: 'b' }
  readonly platform = 'linux'
  readonly stdout = { write: () => {} }
  readonly stderr = { write: () => {} }
  readonly sent: unknown[] = []
  connected: boolean | undefined
  send: ((message: unknown) => void) | undefined

  withChannel(): this {
    this.connected = true
    this.send = (message) => this.sent.push(message)
    return this
  }

  leaveParent(): void {
    this.connected = false
    this.emit('disconnect')
  }
}

const surroundingsOf = (fake: FakeProcess) => processSurroundings(fake as unknown as NodeJS.Process)

it('takes what follows the program', () => {
  expect(surroundingsOf(new FakeProcess())).toMatchObject({ argv: ['http', '80'], env: { A: 'b' }, platform: 'linux' })
})

it('hears both signals until it is told to stop', () => {
  const fake = new FakeProcess()
  const heard: string[] = []
  const stop = surroundingsOf(fake).onSignal((signal) => heard.push(signal))
  fake.emit('SIGINT', 'SIGINT')
  fake.emit('SIGTERM', 'SIGTERM')
  stop()
  fake.emit('SIGINT', 'SIGINT')
  expect(heard).toEqual(['SIGINT', 'SIGTERM'])
  expect(fake.eventNames()).toEqual([])
})

it('has no parent without an IPC channel', () => {
  expect(surroundingsOf(new FakeProcess()).parent).toBeUndefined()
})

it('talks to the parent while that is there', () => {
  const fake = new FakeProcess().withChannel()
  const { parent } = surroundingsOf(fake)
  let isGone = false
  parent?.onDisconnect(() => {
    isGone = true
  })
  parent?.send({ type: 'online', urls: ['a'], forwardings: [] })
  expect(isGone).toBe(false)
  fake.leaveParent()
  expect(isGone).toBe(true)
  parent?.send({ type: 'online', urls: ['b'], forwardings: [] })
  expect(fake.sent).toEqual([{ type: 'online', urls: ['a'], forwardings: [] }])
})

it('notices a parent that left before anybody listened', () => {
  const fake = new FakeProcess().withChannel()
  const { parent } = surroundingsOf(fake)
  fake.leaveParent()
  let isGone = false
  parent?.onDisconnect(() => {
    isGone = true
  })
  expect(isGone).toBe(true)
})
