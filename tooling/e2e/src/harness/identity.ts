import { readFileSync } from 'node:fs'
import { type ControlPlane, openControlPlane } from '@tunnel/control-plane'
import { afterAll } from 'vitest'
import { temporaryDirectory } from './temporary-directory.ts'

/** Base domain of every test edge. Resolves nowhere: visitors connect to loopback and name the host themselves. */
export const DOMAIN = 'tunnel.test'

/** The edge's own host, which agents over WebSocket must be able to resolve. */
export const EDGE_HOST = 'localhost'

/** Credentials and certificates, shared by all edges of a test file: making keys takes longer than starting an edge. */
export interface Identity {
  readonly controlPlane: ControlPlane
  readonly authtoken: string
  /** PEM of the edge's CA, for visitors. */
  readonly ca: string
}

let opening: Promise<Identity> | undefined

export function identity(): Promise<Identity> {
  opening ??= open()
  return opening
}

async function open(): Promise<Identity> {
  const controlPlane = await openControlPlane({
    dataDir: temporaryDirectory(),
    domains: [DOMAIN],
    edgeHost: EDGE_HOST,
  })
  const { authtoken } = await controlPlane.credentials.createCredential('end-to-end tests')
  return { controlPlane, authtoken, ca: readFileSync(controlPlane.caFile, 'utf8') }
}

afterAll(async () => {
  const identity = await opening
  await identity?.controlPlane.close()
})
