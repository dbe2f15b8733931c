import type { AgentMessage } from '@tunnel/protocol'
import { expect, test } from 'vitest'
import type { ControlRequests } from './control-requests.ts'
import type { SessionOptions } from './options.ts'
import { answerRemoteCommand, remoteCapabilities } from './remote-command.ts'

type Command = Parameters<typeof answerRemoteCommand>[0]

/** Carries out a command and gives the answer, with what was done before and after it. */
async function answerTo(command: Command, options: SessionOptions = {}, stop = async () => {}) {
  const answers: AgentMessage[] = []
  const requests = { send: (message: AgentMessage) => answers.push(message) } as unknown as ControlRequests
  answerRemoteCommand(command, options, requests, stop)
  await expect.poll(() => answers.length).toBe(1)
  return answers[0]
}

test('acknowledges a stop before it closes the session', async () => {
  let sent = 0
  let sentBeforeStop = -1
  const requests = { send: () => sent++ } as unknown as ControlRequests
  answerRemoteCommand({ type: 'stop', id: 1 }, {}, requests, async () => {
    sentBeforeStop = sent
  })
  expect(sentBeforeStop).toBe(1)
})

test('lets the program stop instead of the session, whatever comes of it', async () => {
  let stopped = false
  const options = {
    onStopCommand: () => {
      throw new Error('cannot stop')
    },
  }
  expect(
    await answerTo({ type: 'stop', id: 1 }, options, async () => {
      stopped = true
    }),
  ).toEqual({ type: 'done', id: 1 })
  expect(stopped).toBe(false)
})

test.each([
  [{ type: 'restart', id: 2 } as const, 804],
  [{ type: 'update-agent', id: 2 } as const, 806],
])('says that it does not support what nobody handles: %j', async (command, number) => {
  expect(await answerTo(command)).toMatchObject({
    type: 'failed',
    id: 2,
    error: { code: `ERR_TUNNEL_${number}`, retryable: false },
  })
})

test('answers when the handler is done', async () => {
  let finish: (() => void) | undefined
  const restarted = new Promise<void>((resolve) => {
    finish = resolve
  })
  const answer = answerTo({ type: 'restart', id: 3 }, { onRestartCommand: () => restarted })
  finish?.()
  expect(await answer).toEqual({ type: 'done', id: 3 })
})

test.each([
  [{ type: 'restart', id: 4 } as const, 808],
  [{ type: 'update-agent', id: 4 } as const, 809],
])('tells the caller what a handler threw: %j', async (command, number) => {
  const fail = () => {
    throw new Error('no space left')
  }
  expect(await answerTo(command, { onRestartCommand: fail, onUpdateCommand: fail })).toMatchObject({
    type: 'failed',
    id: 4,
    error: { code: `ERR_TUNNEL_${number}`, message: 'no space left' },
  })
})

test.each([
  [{}, { permitMajorVersion: false }],
  [
    { version: '2.0.0', permitMajor: true },
    { version: '2.0.0', permitMajorVersion: true },
  ],
])('hands over what an update asks for: %j', async (asked, given) => {
  let seen: unknown
  const onUpdateCommand = (update: unknown) => {
    seen = update
  }
  await answerTo({ type: 'update-agent', id: 5, ...asked }, { onUpdateCommand })
  expect(seen).toEqual(given)
})

test.each([
  [{ type: 'restart', id: 4 } as const, 804],
  [{ type: 'stop', id: 4 } as const, 805],
  [{ type: 'update-agent', id: 4 } as const, 806],
])('refuses %j where its owner does not allow remote management', async (command, number) => {
  const handled: string[] = []
  const options = {
    remoteManagement: false,
    onStopCommand: () => void handled.push('stop'),
    onRestartCommand: () => void handled.push('restart'),
    onUpdateCommand: () => void handled.push('update'),
  }
  expect(await answerTo(command, options)).toMatchObject({ id: 4, error: { code: `ERR_TUNNEL_${number}` } })
  expect(handled).toEqual([])
})

test('tells the edge beforehand what works, and why not', () => {
  expect(remoteCapabilities({ onRestartCommand: () => {} })).toEqual({
    stop: '',
    restart: '',
    update: 'this program does not update itself',
  })
  const refused = 'its owner does not allow remote management'
  expect(remoteCapabilities({ remoteManagement: false })).toEqual({ stop: refused, restart: refused, update: refused })
})
