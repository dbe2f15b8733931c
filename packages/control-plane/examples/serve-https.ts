import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { openControlPlane } from '@tunnel/control-plane'

const dataDir = process.argv[2] ?? './tunnel-data'
const controlPlane = await openControlPlane({ dataDir, domains: ['localhost'] })
const { certificates } = controlPlane
const server = createServer(
  {
    ...certificates.fallback,
    SNICallback: (name, callback) =>
      void Promise.resolve(certificates.contextFor(name)).then((context) => callback(null, context), callback),
  },
  (_request, response) => response.end('hello\n'),
)
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${await controlPlane.connectionString(port)}\n`)
  process.stdout.write(`curl --cacert ${controlPlane.caFile} https://any.name.localhost:${port}/\n`)
})
process.once('SIGTERM', () => server.close(() => controlPlane.close()))
