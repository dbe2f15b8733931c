import '../harness/dangling.ts'
import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasOpenSsh, startSshServer } from '../harness/openssh.ts'
import { runToEnd } from '../harness/process.ts'
import { startAgentProgram, startEdgeProgram, stop } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

/** 500 takes half a minute, which is much for every run. */
const MEGABYTES = Number(process.env.TUNNEL_E2E_SCP_MEGABYTES ?? 100)

describe.skipIf(!hasOpenSsh)('tunnel tcp, to OpenSSH (skipped where it is not installed)', () => {
  test(`scp copies ${MEGABYTES} MB there and back, and not a bit is another`, { timeout: 600_000 }, async () => {
    const edge = await startEdgeProgram()
    const server = await startSshServer()
    const agent = await startAgentProgram(edge.connectionString, ['tcp', String(server.port)])
    const { port } = new URL(agent.urls[0] as string)
    const directory = temporaryDirectory()
    const [original, there, back] = ['original', 'there', 'back'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ]
    await writeRandom(original, MEGABYTES)
    // `-l` of ssh is a bandwidth to scp: the user goes into the address.
    const user = server.clientOptions[server.clientOptions.indexOf('-l') + 1]
    const options = server.clientOptions.filter((option) => option !== '-l' && option !== user)
    const scp = (...paths: [string, string]) =>
      runToEnd('scp', ['-q', ...options, '-P', port, ...paths], { deadlineMs: 300_000 })

    await scp(original, `${user}@127.0.0.1:${there}`)
    await scp(`${user}@127.0.0.1:${there}`, back)
    expect((await stat(back)).size).toBe(MEGABYTES * 2 ** 20)
    const hash = await hashOf(original)
    expect(await hashOf(there)).toBe(hash)
    expect(await hashOf(back)).toBe(hash)

    await stop(agent.child)
    await stop(edge.child)
  })
})

async function writeRandom(path: string, megabytes: number): Promise<void> {
  const file = await open(path, 'w')
  const block = Buffer.alloc(2 ** 20)
  for (let written = 0; written < megabytes; written++) await file.write(randomFillSync(block))
  await file.close()
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
