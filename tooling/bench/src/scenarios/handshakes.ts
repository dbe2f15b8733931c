import type { Children } from '../process.ts'
import type { Scenario } from '../scenario.ts'
import type { Target } from '../target.ts'
import { startSmallUpstream } from './small-upstream.ts'

const clients = 4

/** `openssl s_time` and not wrk: wrk takes up the session of the connection before, some of the time. */
export const handshakes: Scenario = {
  name: 'handshakes',
  title: `full TLS handshakes by ${clients} clients`,
  metrics: [{ name: 'rate', unit: 'connections/s' }],
  needs: ['openssl', 'nginx'],
  tls: true,
  startUpstream: startSmallUpstream,
  async measure(target, seconds, children, signal) {
    const rates = Array.from({ length: clients }, () => handshakesPerSecond(target, seconds, children, signal))
    return [(await Promise.all(rates)).reduce((sum, rate) => sum + rate)]
  },
}

async function handshakesPerSecond(
  { port }: Target,
  seconds: number,
  children: Children,
  signal: AbortSignal,
): Promise<number> {
  const startedAt = performance.now()
  const output = await children.run(
    ['openssl', 's_time', '-connect', `127.0.0.1:${port}`, '-new', '-time', `${seconds}`],
    signal,
  )
  // It counts whole seconds itself.
  const elapsedSeconds = (performance.now() - startedAt) / 1000
  const connections = Number(/^(\d+) connections in /m.exec(output)?.[1])
  if (!(connections > 0)) throw new Error(`openssl printed no count: ${output.trim()}`)
  return connections / elapsedSeconds
}
