import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { forward } from '@tunnel/agent-core'

const app = createServer((_request, response) => response.end('hello from my laptop\n'))
await once(app.listen(0, '127.0.0.1'), 'listening')
const { port } = app.address() as AddressInfo

// The edge is the one that TUNNEL_CONNECT names.
const listener = await forward({ addr: port, url: 'https://hello.example.com' })
listener.once('close', () => app.close())
process.stdout.write(`online at ${listener.url()}\n`)
