import type { ListenAddress } from '@tunnel/config-file'
import type { ConnectCas } from './connect-cas.ts'
import type { EndpointDefinition } from './endpoint-schema.ts'
import type { AgentSettings } from './file-schema.ts'
import type { TunnelDefinition } from './tunnel-schema.ts'

/** How to reach and trust the edge. */
export interface ConnectConfig {
  /** The edge's agent address. `undefined` where nothing names one. */
  readonly url: string | undefined
  /** Every edge to connect to, `url` first; empty where nothing names one. An entry may be a connection string. */
  readonly urls: readonly string[]
  /** Of `urls`, which to connect to. `undefined`: all. */
  readonly region: string | undefined
  /** @default { kind: 'trusted' } */
  readonly cas: ConnectCas
  /** @default 10_000 */
  readonly timeoutMs: number
  /** @default 10_000 */
  readonly heartbeatIntervalMs: number
  /** @default 15_000 */
  readonly heartbeatToleranceMs: number
  readonly proxyUrl: string | undefined
  readonly interface: string | undefined
  /** Empty: the system's resolver. */
  readonly dnsResolverIps: readonly string[]
  /** Empty: nobody is asked after the first answer. */
  readonly dnsFallbackIps: readonly string[]
  readonly dnsOverHttpsUrls: readonly string[]
  /** Of the edge, for when no resolver helps. */
  readonly addresses: readonly string[]
  /** 0: never. @default 15_000 */
  readonly tcpKeepAliveMs: number
  /** @default '1.3' */
  readonly tlsMinVersion: '1.2' | '1.3'
  readonly crlUrl: string | undefined
  /** @default true */
  readonly crlVerify: boolean
}

export interface LogConfig {
  /** `false`, `stdout`, `stderr` or a path. `undefined` where the file says nothing: then it depends on the console. */
  readonly target: string | false | undefined
  /** @default 'term' */
  readonly format: 'term' | 'logfmt' | 'json'
  /** @default 'info' */
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'crit'
}

export interface InspectorConfig {
  /** `undefined` where the file says nothing: then 127.0.0.1:4040, or the next free port. `false` turns it off. */
  readonly webAddr: ListenAddress | false | undefined
  readonly webAllowHosts: readonly string[]
  /** Bytes for captured exchanges; 0 means 50 MB, -1 none. @default 0 */
  readonly dbSizeBytes: number
  /** @default true */
  readonly localStorage: boolean
  /** What of captured exchanges is never kept. */
  readonly redact: RedactConfig | undefined
  /** Where they are kept on disk as well; a size of 0 means 500 MB. */
  readonly spool: { readonly directory: string; readonly sizeBytes: number } | undefined
}

export interface RedactConfig {
  readonly headers: readonly string[]
  readonly query: readonly string[]
  readonly json: readonly string[]
  readonly texts: readonly string[]
  readonly patterns: readonly ('bearer' | 'jwt' | 'card' | 'email' | 'aws-key' | 'private-key')[]
  /** In RE2's syntax. */
  readonly expressions: readonly (string | { pattern: string; replacement?: string | undefined })[]
}

/** What the agent's file and environment say, with defaults filled in. */
export interface AgentConfig {
  /** Version of the files' layout, 1 for one without `version`; `undefined` without a file. */
  readonly version: 1 | 2 | 3 | undefined
  readonly authtoken: string | undefined
  readonly apiKey: string | undefined
  /**
   * The text of `TUNNEL_CONNECT`, not taken apart. It names the edge, its CA and an authtoken, so while it is set
   * `connect.url`, `connect.region`, `connect.cas` and `authtoken` hold nothing from the file; an authtoken from the environment still wins over its own.
   */
  readonly connectionString: string | undefined
  readonly connect: ConnectConfig
  /** Of the session. */
  readonly metadata: string | undefined
  readonly console: {
    /** @default 'iftty' */
    readonly ui: boolean | 'iftty'
    /** @default 'black' */
    readonly color: 'black' | 'transparent'
  }
  readonly log: LogConfig
  readonly inspector: InspectorConfig
  /** @default true */
  readonly remoteManagement: boolean
  readonly update: {
    /** @default true */
    readonly check: boolean
    /** @default 'stable' */
    readonly channel: 'stable' | 'unstable' | 'beta'
  }
  /** In the order of the file, under the file's own keys. */
  readonly endpoints: readonly EndpointDefinition[]
  /** By name, under the file's own keys. */
  readonly tunnels: ReadonlyMap<string, TunnelDefinition>
  /** Names of the settings that the files state, those of version 3 whatever the layout. */
  readonly stated: readonly (keyof AgentSettings)[]
  /** The files that were read, in the order they were merged; empty where there was none. */
  readonly files: readonly string[]
  /** Things to tell the user that do not stop the agent. */
  readonly warnings: readonly string[]
}
