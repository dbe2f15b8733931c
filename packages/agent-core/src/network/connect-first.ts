import { connect, isIPv6, type Socket } from 'node:net'

/** RFC 8305 §8: "Connection Attempt Delay". */
const ATTEMPT_DELAY_MS = 250

export interface ConnectFirstOptions {
  /** The local address to leave by, for a remote one; `false`: that one is not to be tried. */
  localAddress?: ((address: string) => string | false | undefined) | undefined
  attemptDelayMs?: number | undefined
  /** Begins one attempt. */
  open?: ((address: string, port: number, localAddress: string | undefined) => Socket) | undefined
}

/**
 * Connects to the first of `addresses` that answers: families take turns, and the next attempt begins when the last one failed, or
 * has taken its delay (RFC 8305 §5). Rejects with the first failure when all have failed; aborting rejects with the signal's reason.
 */
export function connectFirst(
  addresses: readonly string[],
  port: number,
  signal: AbortSignal,
  { localAddress, attemptDelayMs = ATTEMPT_DELAY_MS, open = openSocket }: ConnectFirstOptions = {},
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const waiting = takingTurns(addresses).flatMap((address) => {
      const local = localAddress?.(address)
      return local === false ? [] : [{ address, local }]
    })
    const attempts = new Set<Socket>()
    let failure: Error | undefined
    let timer: NodeJS.Timeout | undefined

    const settle = (chosen?: Socket): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      attempts.delete(chosen as Socket)
      for (const socket of attempts) socket.destroy()
      if (chosen) resolve(chosen)
      else reject(failure ?? new Error('no address to leave by'))
    }
    const abort = (): void => {
      failure = signal.reason as Error
      settle()
    }
    const next = (): void => {
      clearTimeout(timer)
      const attempt = waiting.shift()
      if (!attempt) {
        if (attempts.size === 0) settle()
        return
      }
      const socket = open(attempt.address, port, attempt.local)
      attempts.add(socket)
      // Stays: neither the error of one that lost, nor of one that nobody has taken over yet, may end the program.
      socket.on('error', (cause) => {
        if (!attempts.delete(socket)) return
        failure ??= cause
        next()
      })
      socket.once('connect', () => settle(socket))
      if (waiting.length > 0) timer = setTimeout(next, attemptDelayMs)
    }
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort)
    next()
  })
}

const openSocket = (host: string, port: number, localAddress: string | undefined): Socket =>
  connect({ host, port, noDelay: true, ...(localAddress !== undefined && { localAddress }) })

/** The first family stays first. */
function takingTurns(addresses: readonly string[]): string[] {
  const [first] = addresses
  const isFirstFamily = (address: string): boolean => isIPv6(address) === isIPv6(first ?? '')
  const one = addresses.filter(isFirstFamily)
  const other = addresses.filter((address) => !isFirstFamily(address))
  return one.flatMap((address, index) => [address, ...other.slice(index, index + 1)]).concat(other.slice(one.length))
}
