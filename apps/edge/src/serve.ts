import type { AddressInfo } from 'node:net'
import { type ControlPlane, openControlPlane, openIpDatabases } from '@tunnel/control-plane'
import { EDGE_VERSION, type Edge, startEdge } from '@tunnel/edge'
import type { EdgeSettings } from '@tunnel/edge-config'
import type { Logger } from 'pino'
import type { Invocation } from './command-line.ts'
import { edgeOptions } from './edge-options.ts'
import { listenFailure } from './failure.ts'
import { createLog } from './log.ts'
import { Observation } from './observation.ts'
import { warnOfFewOpenFiles } from './open-files.ts'
import { OperatorSignals } from './operator-signals.ts'
import { Predecessor } from './predecessor.ts'
import { onceToldToStop } from './stop.ts'
import { untilOver } from './until-over.ts'

/** Runs an edge until it is told to stop. */
export async function serve({ settings }: { settings: EdgeSettings }, invocation: Invocation): Promise<void> {
  const signals = new OperatorSignals()
  const predecessor = Predecessor.find()
  const { log, reopen } = createLog(settings)
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'uncaught error')
    process.exit(1)
  })
  warnOfFewOpenFiles(settings, log)
  const observation = await Observation.create(settings, log)
  const controlPlane = await openControlPlane({
    dataDir: settings.dataDir,
    domains: settings.domains,
    edgeHost: settings.edgeHost,
    ...(settings.tlsFiles && { certificate: { certificate: settings.tlsFiles.cert, key: settings.tlsFiles.key } }),
    certificates: settings.certificates.map(({ cert, key, domains }) => ({
      certificate: cert,
      key,
      ...(domains && { domains }),
    })),
    heirOf: predecessor?.pid,
    log,
  })
  try {
    const lookUpIp = await openIpDatabases(settings.geoDatabases)
    const inherits = await predecessor?.takeOver(settings)
    const { observer } = observation
    const options = { ...edgeOptions(settings, controlPlane, log, lookUpIp, observer), ...(inherits && { inherits }) }
    const edge = await startEdge(options).catch((cause: unknown) => {
      throw listenFailure(cause, settings)
    })
    try {
      controlPlane.credentials.onRevoked((credentialId) => edge.closeSessions(credentialId))
      const certificate = () => controlPlane.certificates.fallback.cert
      const metricsPort = await observation.serve({ edge, certificate, takesOver: predecessor !== undefined })
      const print = !predecessor && printsConnectionString(invocation)
      await announce(edge, controlPlane, settings, log, { print, metricsPort })
      const stopped = onceToldToStop(log, { withParent: !predecessor })
      // Had it ended otherwise, the data directory would still be its own.
      if (predecessor && !(await predecessor.letsGo())) await controlPlane.handTo(process.pid)
      const argv = invocation.settings
      const reopenFiles = (): void => {
        reopen()
        observation.reopen()
      }
      const { successor } = await untilOver({ edge, controlPlane, log, settings, argv, signals, stopped, reopenFiles })
      if (successor) await observation.release()
      await edge.drain({ successor })
    } finally {
      await edge.close()
    }
  } finally {
    await observation.close()
    await controlPlane.close()
  }
  // An IPC channel would keep the process.
  process.exit(0)
}

function printsConnectionString({ flags }: Invocation): boolean {
  return flags.has('print-connection-string') || process.stdout.isTTY
}

/** Tells whoever may be waiting that the edge is there: the log, the terminal, a parent process. */
async function announce(
  edge: Edge,
  controlPlane: ControlPlane,
  settings: EdgeSettings,
  log: Logger,
  { print, metricsPort }: { print: boolean; metricsPort: number | undefined },
): Promise<void> {
  const { edgeHost, domains, dataDir } = settings
  const http = edge.httpAddress && addressText(edge.httpAddress)
  log.info(
    { version: EDGE_VERSION, http, https: addressText(edge.httpsAddress), edgeHost, domains, dataDir },
    'edge is ready',
  )
  const httpPort = settings.publicHttpPort ?? edge.httpAddress?.port
  const httpsPort = settings.publicHttpsPort ?? edge.httpsAddress.port
  const connectionString = await controlPlane.connectionString(httpsPort)
  if (print) process.stdout.write(`${connectionString}\n`)
  if (process.connected)
    process.send?.({ type: 'ready', connectionString, httpPort, httpsPort, metricsPort, caFile: controlPlane.caFile })
}

function addressText({ address, family, port }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`
}
