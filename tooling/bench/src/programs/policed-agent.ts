import { argv } from 'node:process'
import { workspaceModule } from '../tunnel-programs.ts'

/** `<connection string> <upstream port> <url> <url with the policy> <policy>`: one agent with two endpoints, until it is stopped. */
const [, , connect = '', port = '', plain = '', policed = '', traffic_policy = ''] = argv

interface AgentCore {
  Session: { connect(options: object): Promise<unknown> }
  forwardOver(session: unknown, config: object): Promise<unknown>
}

const { Session, forwardOver } = (await import(workspaceModule('agent-core'))) as AgentCore
const session = await Session.connect({ connect })
await forwardOver(session, { addr: Number(port), url: plain })
await forwardOver(session, { addr: Number(port), url: policed, traffic_policy })
process.stdout.write('online\n')
