import '../harness/dangling.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasOpenSsh, startSshServer } from '../harness/openssh.ts'
import { runToEnd } from '../harness/process.ts'
import { startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

describe.skipIf(!hasOpenSsh)('websocket_tcp_converter, to OpenSSH (skipped where it is not installed)', () => {
  test('ssh works through a WebSocket that a proxy command opens', async () => {
    const directory = temporaryDirectory()
    const edge = await startEdgeProgram()
    const server = await startSshServer()
    mkdirSync(join(directory, 'tunnel'))
    const config = `version: 2\ntunnels: { shell: { proto: http, addr: ${server.port}, websocket_tcp_converter: true } }\n`
    writeFileSync(join(directory, 'tunnel', 'tunnel.yml'), config)
    const agent = await startAgentProgram(edge.connectionString, ['start', 'shell'], { XDG_CONFIG_HOME: directory })
    const { host, hostname, port } = new URL(agent.urls[0] as string)

    const proxy = join(directory, 'proxy.mjs')
    writeFileSync(
      proxy,
      `import { WebSocket, createWebSocketStream } from ${JSON.stringify(
        createRequire(import.meta.url)
          .resolve('ws')
          .replace(/index\.js$/, 'wrapper.mjs'),
      )}
      const socket = new WebSocket('wss://127.0.0.1:${port}/', { headers: { host: '${host}' }, servername: '${hostname}', ca: ${JSON.stringify(edge.ca)} })
      const stream = createWebSocketStream(socket)
      process.stdin.pipe(stream).pipe(process.stdout)`,
    )
    const options = [...server.clientOptions, '-o', `ProxyCommand=${process.execPath} ${proxy}`]
    const printed = await runToEnd('ssh', [...options, 'anywhere', 'head -c 3000000 /dev/zero | wc -c; cat'], {
      input: Buffer.from('through a WebSocket'),
    })
    expect(printed.toString()).toBe('3000000\nthrough a WebSocket')

    await stop(agent.child)
    await stop(edge.child)
  })
})
