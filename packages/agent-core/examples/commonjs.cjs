// node examples/commonjs.cjs, with TUNNEL_CONNECT set to what your edge prints.
const { createServer } = require('node:http')
const { listen, serveWith } = require('@tunnel/agent-core')

const app = createServer((_request, response) => response.end('hello from CommonJS\n'))

listen().then((listener) => {
  serveWith(listener, app)
  process.stdout.write(`online at ${listener.url()}\n`)
})
