// node examples/http.mjs, with TUNNEL_CONNECT set to what your edge prints.
import { createServer } from 'node:http'
import { listen, serveWith } from '@tunnel/agent-core'

const app = createServer((_request, response) => response.end('hello from node:http\n'))

// The server itself listens nowhere.
const listener = await listen()
serveWith(listener, app)
process.stdout.write(`online at ${listener.url()}\n`)
