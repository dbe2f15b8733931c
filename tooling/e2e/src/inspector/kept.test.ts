import '../harness/dangling.ts'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CaptureDetail } from '@tunnel/inspector'
import { expect, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { type AgentProgram, runAgentProgram, startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startUpstream } from '../harness/upstream.ts'
import { LocalApi } from './harness/local-api.ts'
import { settledCaptures } from './harness/settled.ts'

// What the settings say of how captures are kept.

const MB = 1_000_000

function apiOf({ printed }: AgentProgram): LocalApi {
  return new LocalApi(`http://${/msg="starting web service" obj=web addr=(\S+)/.exec(printed())?.[1]}`)
}

function configFile(settings: object): string {
  const path = join(temporaryDirectory(), 'tunnel.yml')
  writeFileSync(path, JSON.stringify({ version: 3, agent: { web_addr: '127.0.0.1:0', ...settings } }))
  return path
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** No two of its megabytes are the same. */
function body(bytes: number): Buffer {
  const all = Buffer.alloc(bytes)
  for (let at = 0; at + 4 <= bytes; at += 4) all.writeUInt32BE((at * 2_654_435_761) >>> 0, at)
  return all
}

test('inspect_spool keeps a body of 20 MB whole, and it can be replayed by the next agent', {
  timeout: 120_000,
}, async () => {
  const edge = await startEdgeProgram()
  const received: string[] = []
  const upstream = await startUpstream((incoming, response) => {
    const hash = createHash('sha256')
    incoming
      .on('data', (chunk: Buffer) => hash.update(chunk))
      .on('end', () => {
        received.push(hash.digest('hex'))
        response.end('stored')
      })
  })
  const directory = join(temporaryDirectory(), 'captures')
  const config = configFile({ inspect_spool: directory, inspect_spool_size: 200 * MB })
  const args = ['http', String(upstream.port), '--config', config]
  const sent = body(20 * MB)

  const first = await startAgentProgram(edge.connectionString, args)
  await request(first.urls[0] ?? '', { method: 'PUT', path: '/large', body: sent, ca: edge.ca })
  const [before] = await settledCaptures(apiOf(first), 1)
  expect(before?.request?.body).toMatchObject({ bytes: 20 * MB, storedBytes: 20 * MB, truncated: false })
  const taken = await runAgentProgram(edge.connectionString, args)
  expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining(`process ${first.child.pid}`)])
  expect(await stop(first.child)).toBe(0)

  const api = apiOf(await startAgentProgram(edge.connectionString, args))
  const uri = `/api/captures/${before?.id}`
  expect(await api.get<CaptureDetail>(uri)).toMatchObject({ path: '/large', status: 200, truncated: false })
  expect((await api.send('POST', `${uri}/replay`, {})).status).toBe(202)
  await expect.poll(() => received).toEqual([hashOf(sent), hashOf(sent)])
})

test('inspect_redact leaves out what it names, also by expressions', async () => {
  const edge = await startEdgeProgram()
  const upstream = await startUpstream((_incoming, response) =>
    response.end('order 7, sk_live_a1b2c3d4, 4111 1111 1111 1111'),
  )
  const config = configFile({
    inspect_redact: {
      headers: ['x-key'],
      query: ['token'],
      patterns: ['card'],
      expressions: [{ pattern: 'sk_[a-z]+_\\w+', replacement: '<key>' }],
    },
  })
  const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), '--config', config])
  const api = apiOf(agent)
  await request(agent.urls[0] ?? '', { path: '/?token=s3cret', headers: { 'x-key': 's3cret' }, ca: edge.ca })
  const [capture] = await settledCaptures(api, 1)
  expect(JSON.stringify(capture)).not.toContain('s3cret')
  expect((await api.bytes(capture?.response?.body.uri ?? '')).text).toBe('order 7, <key>, [redacted]')
})

test.each([
  ['inspect_redact', { inspect_redact: { expressions: ['('] } }, 'inspect_redact: "(" is no expression of RE2'],
  ['inspect_spool', { inspect_spool: '/dev/null' }, 'inspect_spool: the spool /dev/null cannot be used'],
])('an %s that cannot be is refused at the start', async (_name, settings, message) => {
  const ended = await runAgentProgram('tunnel://token@127.0.0.1:1', ['http', '1', '--config', configFile(settings)])
  expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining(message)])
})
