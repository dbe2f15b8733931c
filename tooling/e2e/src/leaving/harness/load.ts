import { existsSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { get as getOverTls, Agent as TlsAgent } from 'node:https'
import { delimiter, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { start } from '../../harness/process.ts'
import { until, within } from '../../harness/until.ts'

export interface Load {
  /** Answers so far. */
  readonly answered: number
  /** What went wrong; must stay empty. */
  readonly failures: readonly string[]
  /** Resolves when the last request is answered. */
  stop(): Promise<void>
}

/** Asks for `url` over kept-alive connections, again and again on each. `ca` is for https. */
export function startLoad(url: string, { connections = 8, ca = '' } = {}): Load {
  const { protocol, host, hostname, port } = new URL(url)
  const isTls = protocol === 'https:'
  const settings = { keepAlive: true, maxSockets: connections }
  const agent = isTls ? new TlsAgent({ ...settings, ca, servername: hostname }) : new Agent(settings)
  const failures: string[] = []
  let answered = 0
  let running = connections
  let stopping = false
  const ask = (): void => {
    if (stopping) {
      running--
      return
    }
    const request = (isTls ? getOverTls : get)({ host: '127.0.0.1', port, agent, headers: { host } }, (response) => {
      response.on('end', () => {
        if (response.statusCode === 200) answered++
        else failures.push(`${response.statusCode} ${response.headers['tunnel-error-code']}`)
        setImmediate(ask)
      })
      response.resume()
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      failures.push(error.code ?? error.message)
      setImmediate(ask)
    })
  }
  for (let count = 0; count < connections; count++) ask()
  const stop = async (): Promise<void> => {
    stopping = true
    await until(() => running === 0, 'the load to end')
    agent.destroy()
  }
  onTestFinished(stop)
  return {
    get answered() {
      return answered
    },
    failures,
    stop,
  }
}

export const hasWrk = (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, 'wrk')))

/** Has wrk ask for `url` until it is stopped. Answers how many requests it made, and its lines about errors. */
export function startWrk(url: string): { stop(): Promise<{ requests: number; errors: string[] }> } {
  const { host, port } = new URL(url)
  const child = start('wrk', ['-t1', '-c16', '-d10m', '-H', `Host: ${host}`, `http://127.0.0.1:${port}/`])
  const output = text(child.stdout as Readable)
  return {
    stop: async () => {
      child.kill('SIGINT')
      const printed = await within(output, 'wrk to end')
      return {
        requests: Number(/(\d+) requests in/.exec(printed)?.[1]),
        errors: printed.split('\n').filter((line) => /Socket errors|Non-2xx/.test(line)),
      }
    },
  }
}
