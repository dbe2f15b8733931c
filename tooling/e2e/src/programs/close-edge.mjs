// Starts and closes an edge with an agent on it, and then has nothing more to do, as close-agent.mjs.
import { Session } from '@tunnel/agent-core'
import { openControlPlane } from '@tunnel/control-plane'
import { startEdge } from '@tunnel/edge'

const loopback = { host: '127.0.0.1', port: 0 }
const controlPlane = await openControlPlane({ dataDir: process.argv[2], domains: ['localhost'] })
const { credentials, certificates, resumeKey } = controlPlane
const edge = await startEdge({
  domains: ['localhost'],
  http: loopback,
  https: loopback,
  credentials,
  certificates,
  resumeKey,
})
const session = await Session.connect({ connect: await controlPlane.connectionString(edge.httpsAddress.port) })
await Promise.all([edge.close(), session.close()])
await controlPlane.close()
