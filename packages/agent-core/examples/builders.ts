import { createServer } from 'node:http'
import { SessionBuilder } from '@tunnel/agent-core'

export const session = await new SessionBuilder()
  .authtokenFromEnv()
  .clientInfo('my-tool', '1.2.0')
  .handleHeartbeat((latencyMs) => process.stdout.write(`${Math.round(latencyMs)} ms to the edge\n`))
  .connect()

const app = createServer((_request, response) => response.end('hello from a builder\n'))
export const listener = await session.httpEndpoint().basicAuth('me', 'my password').compression().listenAndServe(app)
process.stdout.write(`online at ${listener.url()}\n`)
