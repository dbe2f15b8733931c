import { TunnelError } from '@tunnel/protocol'
import { EdgeTermination } from './edge-termination.ts'
import { type PemInput, PemSource } from './pem-source.ts'

/** Where the TLS of a `tls` endpoint ends, and how. That of an `https` endpoint ends at the edge; how is said in the same words. */
export interface TlsConfig {
  /**
   * Where the visitors' TLS ends: at the edge, in this process, or at the upstream, which alone can read it then.
   * @default `agent` with `crt` and `key`, else `upstream`
   */
  terminate_at?: 'edge' | 'agent' | 'upstream' | undefined
  /**
   * Certificate for visitors with its chain, and its key: PEM, or the path of a file, which this process reads again when it changes.
   * At the edge: sent to it, again when they change; without them it uses its own certificate of the name.
   */
  crt?: PemInput | undefined
  key?: PemInput | undefined
  /** Authorities, as PEM or paths: visitors without a certificate from one of them are refused. @default none is asked for */
  mutual_tls_cas?: PemInput | readonly PemInput[] | undefined
  /** @default `1.2` */
  tls_min_version?: '1.2' | '1.3' | undefined
}

export type TlsPlan =
  | { readonly at: 'upstream' }
  | { readonly at: 'edge'; readonly termination: EdgeTermination }
  | ({ readonly at: 'agent' } & AgentTermination)

/** TLS that ends in this process. */
export interface AgentTermination {
  readonly certificate: PemSource
  readonly key: PemSource
  readonly clientCas: readonly PemSource[]
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
}

/**
 * What a config of a `tls` endpoint says about its TLS. Reads the files.
 * Throws {@link TunnelError} 14001 for a certificate or key, 14002 for an authority, 219 for a version, 9021 for options that exclude each other.
 */
export function tlsPlan(config: TlsConfig): TlsPlan {
  const { crt, key, terminate_at, tls_min_version } = config
  if ((crt === undefined) !== (key === undefined)) throw pairMissing('crt and key belong together: give both or none')
  const clientCas = [config.mutual_tls_cas ?? []].flat() as PemInput[]
  const at = terminate_at ?? (crt === undefined ? 'upstream' : 'agent')
  if (at === 'upstream') {
    for (const [name, value] of Object.entries({ crt, mutual_tls_cas: clientCas[0], tls_min_version })) {
      if (value !== undefined)
        throw new TunnelError(
          9021,
          `${name} and TLS that ends at the upstream exclude each other: give terminate_at edge or agent`,
        )
    }
    return { at }
  }
  const minVersion = checkedVersion(tls_min_version)
  const authorities = clientCas.map((input) => new PemSource(input, 14002))
  const pair = crt !== undefined &&
    key !== undefined && { crt: new PemSource(crt, 14001), key: new PemSource(key, 14001) }
  if (at === 'edge') {
    return { at, termination: new EdgeTermination(pair || undefined, authorities, minVersion) }
  }
  if (at !== 'agent') throw new TunnelError(301, `terminate_at ${JSON.stringify(at)} is not edge, agent or upstream`)
  if (!pair) throw pairMissing('TLS that ends in the agent needs crt and key')
  return { at, certificate: pair.crt, key: pair.key, clientCas: authorities, minVersion: `TLSv${minVersion}` }
}

/** What a config of an `https` endpoint says about its TLS, which ends at the edge; `undefined`: nothing. Throws like {@link tlsPlan}. */
export function httpsPlan(config: TlsConfig): TlsPlan | undefined {
  const { crt, key, mutual_tls_cas, tls_min_version, terminate_at } = config
  if (terminate_at && terminate_at !== 'edge')
    throw new TunnelError(
      9021,
      `terminate_at ${terminate_at} and an https endpoint exclude each other: its TLS ends at the edge`,
    )
  const isSaid = [crt, key, [mutual_tls_cas ?? []].flat()[0], tls_min_version].some((value) => value)
  return isSaid ? tlsPlan({ ...config, terminate_at: 'edge' }) : undefined
}

function pairMissing(message: string): TunnelError {
  return new TunnelError(14001, message)
}

function checkedVersion(version: string = '1.2'): '1.2' | '1.3' {
  if (version === '1.2' || version === '1.3') return version
  throw new TunnelError(219, `tls_min_version ${JSON.stringify(version)} is not 1.2 or 1.3`)
}
