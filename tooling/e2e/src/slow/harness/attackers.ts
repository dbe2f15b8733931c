import { onTestFinished } from 'vitest'
import { NAME } from '../../faults/harness/lab.ts'
import type { RawConnection } from '../../harness/raw-connection.ts'
import { responsesIn } from '../../harness/responses.ts'
import { within } from '../../harness/until.ts'

/** Between two bytes of an attacker that takes its time. */
const TRICKLE_MS = 100
/** Longer than any limit of the siege, on a machine that has other things to do. */
export const PATIENCE_MS = 20_000

const AT_ONCE = 25

export const getHead = (target: string, fields = ''): string =>
  `GET ${target} HTTP/1.1\r\nHost: ${NAME}\r\n${fields}\r\n`

/** So many attackers that come at once. */
export function together<T>(count: number, open: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => open(index)))
}

/** So many attackers, one after the other, in {@link AT_ONCE} rows. */
export async function inTurns(count: number, attack: (index: number) => Promise<void>): Promise<void> {
  let begun = 0
  await together(AT_ONCE, async () => {
    while (begun < count) await attack(begun++)
  })
}

/** Sends a byte at a time. Resolves when there are no more, or the connection is over. */
export function trickle(connection: RawConnection, bytes: string): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0
    const stop = (): void => {
      clearInterval(timer)
      resolve()
    }
    const timer = setInterval(() => {
      if (sent === bytes.length || connection.socket.destroyed) stop()
      else connection.send(bytes.charAt(sent++))
    }, TRICKLE_MS)
    void connection.ended.then(stop)
    onTestFinished(stop)
  })
}

/** Resolves when the edge has ended all of them. */
export async function untilEnded(connections: readonly RawConnection[]): Promise<void> {
  const ends = Promise.all(connections.map(({ ended }) => ended))
  await within(ends, `the edge to end ${connections.length} connections`, PATIENCE_MS)
}

/** What each was answered, until the edge ended it: `200, 431`; empty without an answer. */
export async function answersTo(connections: readonly RawConnection[]): Promise<string[]> {
  await untilEnded(connections)
  return connections.map(({ text }) =>
    responsesIn(text)
      .map(({ status, headers }) => [status, headers['tunnel-error-code']].filter(Boolean).join(' '))
      .join(', '),
  )
}
