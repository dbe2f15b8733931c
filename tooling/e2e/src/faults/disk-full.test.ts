import '../harness/dangling.ts'
import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { forwardOver, Session } from '@tunnel/agent-core'
import { expect, onTestFinished, test } from 'vitest'
import { request } from '../harness/http-request.ts'
import { runEdgeCommand, startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startUpstream } from '../harness/upstream.ts'
import { FaultTable } from './harness/fault-table.ts'

const table = new FaultTable()

/** A file system of a megabyte for the test, or `undefined` where it may not mount one. */
function smallDisk(): string | undefined {
  const directory = temporaryDirectory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', directory]))
  return directory
}

/** Fills what is left of the disk; answers how to free it again. */
function fill(directory: string): () => void {
  const path = join(directory, 'ballast')
  const block = Buffer.alloc(4096)
  for (const size of [64, 1]) {
    try {
      for (let at = 0; at < 300; at++) writeFileSync(path, Buffer.concat(Array(size).fill(block)), { flag: 'a' })
    } catch {
      // Full, up to blocks of this size.
    }
  }
  return () => rmSync(path)
}

test('an edge whose disk is full goes on serving, says what it could not write, leaves nothing half written, and recovers', async ({
  skip,
}) => {
  const dataDir = smallDisk()
  if (dataDir === undefined) return skip('a file system can be mounted by root only')
  const logFile = join(dataDir, 'edge.log')
  const edge = await startEdgeProgram({ dataDir, args: ['--log-level=info', `--log=${logFile}`] })
  const upstream = await startUpstream((_incoming, response) => response.end('hello'))
  const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), '--scheme=http'])
  const url = agent.urls[0] as string
  const files = (): string[] => readdirSync(dataDir).filter((name) => name !== 'ballast')
  const before = files()

  const free = fill(dataDir)
  const create = (): Promise<string> => runEdgeCommand(['credentials', 'create', 'x'.repeat(200), `--data=${dataDir}`])
  await expect(create()).rejects.toThrow(/cannot be written \(ENOSPC\)/)
  expect(files()).toEqual(before)
  // Each endpoint is a line for a log that has less than a block left.
  const session = await Session.connect({ connect: edge.connectionString, env: {} })
  onTestFinished(() => session.close())
  for (let at = 0; at < 50; at++) {
    const listener = await forwardOver(session, { addr: upstream.port, url: `http://more-${at}.localhost` })
    expect(await request(listener.url())).toMatchObject({ status: 200 })
  }
  expect(await request(url)).toMatchObject({ status: 200 })
  expect(edge.child.exitCode).toBeNull()
  expect(edge.printed()).toMatch(/the log \S+ cannot be written \(ENOSPC\)/)

  free()
  expect(await create()).toMatch(/^\w{27}_\w+\n$/)
  expect(files()).toEqual(before)
  expect(await request(url)).toMatchObject({ status: 200 })
  table.row('disk full', '200 all the time', 'ENOSPC named, no half file, recovers')
})
