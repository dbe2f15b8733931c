// npm install fastify @tunnel/agent-core, then node fastify.mjs, with TUNNEL_CONNECT set to what your edge prints.
import { listen, serveWith } from '@tunnel/agent-core'
import fastify from 'fastify'

const app = fastify()
app.get('/', async () => 'hello from Fastify\n')
await app.ready()

const listener = await listen()
serveWith(listener, app.server)
process.stdout.write(`online at ${listener.url()}\n`)
