import { existsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { start } from '../harness/process.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { until } from '../harness/until.ts'
import { unusedPort } from '../harness/upstream.ts'

const TINYPROXY = '/usr/bin/tinyproxy'
const MICROSOCKS = '/usr/bin/microsocks'

/** Where a proxy is not installed its tests are skipped. */
export const hasTinyproxy = existsSync(TINYPROXY)
export const hasMicrosocks = existsSync(MICROSOCKS)

export interface RealProxy {
  readonly port: number
  /** All that it has printed. */
  readonly printed: () => string
}

/** An HTTP proxy that wants `user` and `password`. It ends with the test. */
export async function startTinyproxy(user: string, password: string): Promise<RealProxy> {
  const port = await unusedPort()
  const file = join(temporaryDirectory(), 'tinyproxy.conf')
  const settings = [
    `Port ${port}`,
    'Listen 127.0.0.1',
    `BasicAuth ${user} ${password}`,
    'Timeout 600',
    'LogLevel Connect',
  ]
  writeFileSync(file, `${settings.join('\n')}\n`)
  return running(port, TINYPROXY, ['-d', '-c', file])
}

/** A SOCKS5 proxy that wants `user` and `password`. It ends with the test. */
export async function startMicrosocks(user: string, password: string): Promise<RealProxy> {
  const port = await unusedPort()
  return running(port, MICROSOCKS, ['-i', '127.0.0.1', '-p', String(port), '-u', user, '-P', password])
}

async function running(port: number, program: string, args: readonly string[]): Promise<RealProxy> {
  const child = start(program, args)
  let printed = ''
  for (const output of [child.stdout, child.stderr]) {
    output?.on('data', (chunk: Buffer) => {
      printed += chunk
    })
  }
  let isListening = false
  const knock = (): void => {
    const socket = connect(port, '127.0.0.1', () => {
      isListening = true
      socket.destroy()
    })
    socket.on('error', () => {})
  }
  await until(() => {
    if (!isListening) knock()
    return isListening
  }, `${program} to listen`)
  return { port, printed: () => printed }
}
