// npm install express @tunnel/agent-core, then node express.mjs, with TUNNEL_CONNECT set to what your edge prints.
import { listenable } from '@tunnel/agent-core'
import express from 'express'

const app = express()
app.get('/', (_request, response) => response.send('hello from Express\n'))

// Where others give a port.
const listener = await listenable()
app.listen(listener)
process.stdout.write(`online at ${listener.url()}\n`)
