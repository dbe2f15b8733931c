// In the directory of a Next application: npm install @tunnel/agent-core, then node next.mjs, with TUNNEL_CONNECT set to what your edge prints.
import { createServer } from 'node:http'
import { listen, serveWith } from '@tunnel/agent-core'
import next from 'next'

const listener = await listen()
const { hostname } = new URL(listener.url())

const server = createServer()
const app = next({ dev: process.env.NODE_ENV !== 'production', hostname, httpServer: server })
const handle = app.getRequestHandler()
server.on('request', (request, response) => handle(request, response))
await app.prepare()

serveWith(listener, server)
process.stdout.write(`online at ${listener.url()}\n`)
