import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { encodeFields, type StreamListener } from '../src/index.ts'
import { serve } from './server.ts'

const OK = encodeFields([':status', '200'])

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0

async function run(program: string, args: readonly string[], input?: Buffer): Promise<Buffer> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], timeout: 20_000 })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stdin.end(input)
  const [status] = (await once(child, 'close')) as [number | null]
  expect(status).toBe(0)
  return Buffer.concat(chunks)
}

/** Answers with the request's content. */
async function startEcho(): Promise<string> {
  const { port } = await serve(() => ({
    onRequest: (stream, _fields, endStream): StreamListener => {
      stream.respond(OK, false)
      if (endStream) {
        stream.write(Buffer.from('hello'))
        stream.end()
      }
      return {
        onData: (chunk) => {
          if (!stream.write(Buffer.from(chunk))) stream.pause()
        },
        onDrain: () => stream.resume(),
        onEnd: () => stream.end(),
        onClose: () => {},
      }
    },
  }))
  return `http://127.0.0.1:${port}/`
}

test.skipIf(!has('curl'))('curl gets and sends (needs curl)', async () => {
  const url = await startEcho()
  const args = ['-sS', '--http2-prior-knowledge']
  expect(String(await run('curl', [...args, url]))).toBe('hello')
  const content = Buffer.alloc(5_000_000, 'content ')
  expect((await run('curl', [...args, '--data-binary', '@-', url], content)).equals(content)).toBe(true)
})

test.skipIf(!has('h2load'))('h2load is answered each time (needs h2load)', async () => {
  const report = String(await run('h2load', ['-n', '5000', '-c', '8', '-m', '10', await startEcho()]))
  expect(report).toContain('5000 succeeded, 0 failed, 0 errored')
})
