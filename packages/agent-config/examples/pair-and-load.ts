import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addServer, defaultConfigPath, loadAgentConfig } from '@tunnel/agent-config'

// A program gives `os.userInfo().homedir`, `process.env` and `process.platform`.
const homedir = mkdtempSync(join(tmpdir(), 'home-'))
const machine = { homedir, env: { TUNNEL_AUTHTOKEN: 'from-environment' }, platform: 'linux' } as const

await addServer(defaultConfigPath(machine), { connectUrl: 'edge.example.com:443', authtoken: 'from-file' })
const { authtoken, connect } = loadAgentConfig(machine)
process.stdout.write(`${connect.url} with the token ${authtoken}, heartbeat every ${connect.heartbeatIntervalMs} ms\n`)

rmSync(homedir, { recursive: true })
