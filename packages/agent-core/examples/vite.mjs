// In the directory of a Vite project: npm install @tunnel/agent-core, then node vite.mjs, with TUNNEL_CONNECT set to what your edge prints.
import { forward } from '@tunnel/agent-core'
import { createServer } from 'vite'

// Vite refuses hosts that it does not know. Its updates come over WebSocket, at the same address as the page.
const vite = await createServer({ server: { host: '127.0.0.1', allowedHosts: true } })
await vite.listen()

const listener = await forward(vite.httpServer.address().port)
process.stdout.write(`online at ${listener.url()}\n`)
