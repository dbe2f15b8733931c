import { type EdgeMessage, TunnelError } from '@tunnel/protocol'
import type { ControlRequests } from './control-requests.ts'
import type { SessionOptions } from './options.ts'

const NOT_ALLOWED = 'its owner does not allow remote management'

/** What an edge is told beforehand: empty where it works, else why not. */
export function remoteCapabilities(options: SessionOptions): { stop: string; restart: string; update: string } {
  if (options.remoteManagement === false) return { stop: NOT_ALLOWED, restart: NOT_ALLOWED, update: NOT_ALLOWED }
  return {
    stop: '',
    restart: options.onRestartCommand ? '' : 'this program does not restart itself',
    update: options.onUpdateCommand ? '' : 'this program does not update itself',
  }
}

/** Carries out stop, restart and update for the edge and answers it (reference agent.md §7.10). A handler's error is what the caller at the edge sees. */
export function answerRemoteCommand(
  message: EdgeMessage,
  options: SessionOptions,
  requests: ControlRequests,
  stop: () => Promise<void>,
): void {
  if (options.remoteManagement === false) return refuseAll(message, requests)
  if (message.type === 'stop') {
    // Acknowledged first: stopping ends the session.
    requests.send({ type: 'done', id: message.id })
    void run(options.onStopCommand ?? stop).catch(() => {})
  } else if (message.type === 'restart') {
    answer(message.id, options.onRestartCommand, 804, 808, requests)
  } else if (message.type === 'update-agent') {
    const { version, permitMajor } = message
    const update = options.onUpdateCommand
    answer(
      message.id,
      update && (() => update({ ...(version !== undefined && { version }), permitMajorVersion: permitMajor ?? false })),
      806,
      809,
      requests,
    )
  }
}

const REFUSED = { restart: 804, stop: 805, 'update-agent': 806 }

function refuseAll(message: EdgeMessage, requests: ControlRequests): void {
  if (message.type !== 'stop' && message.type !== 'restart' && message.type !== 'update-agent') return
  const error = new TunnelError(REFUSED[message.type], NOT_ALLOWED).toWire()
  requests.send({ type: 'failed', id: message.id, error })
}

type Handler = () => void | Promise<void>

function answer(
  id: number,
  handler: Handler | undefined,
  unsupported: number,
  failed: number,
  requests: ControlRequests,
): void {
  if (!handler) {
    requests.send({
      type: 'failed',
      id,
      error: new TunnelError(unsupported, 'this agent does not support it').toWire(),
    })
    return
  }
  run(handler).then(
    () => requests.send({ type: 'done', id }),
    (cause: unknown) => {
      const why = cause instanceof Error ? cause.message : 'it failed'
      requests.send({ type: 'failed', id, error: new TunnelError(failed, why.slice(0, 1000), { cause }).toWire() })
    },
  )
}

async function run(handler: Handler): Promise<void> {
  await handler()
}
