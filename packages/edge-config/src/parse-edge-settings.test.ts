import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EdgeSettings, type EdgeSettingsSources, formatSettingFaults, parseEdgeSettings } from './index.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'edge-config-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const fileOf = (text: string): string => {
  const path = join(directory, 'edge.yml')
  writeFileSync(path, text)
  return path
}

const parse = (argv: string[], env: Record<string, string> = {}, sources: Partial<EdgeSettingsSources> = {}) =>
  parseEdgeSettings({ argv, env, platform: 'linux', homedir: '/home/ann', ...sources })

const settingsOf = (argv: string[], env: Record<string, string> = {}): EdgeSettings => {
  const parsed = parse(argv, env)
  if (!parsed.ok) throw new Error(formatSettingFaults(parsed.faults))
  return parsed.settings
}

/** The faults as a person would see them. */
const faultsOf = (argv: string[], env: Record<string, string> = {}): string[] => {
  const parsed = parse(argv, env)
  return parsed.ok ? [] : formatSettingFaults(parsed.faults).split('\n')
}
const withFile = (text: string, argv: string[] = []): string[] => ['--config', fileOf(text), ...argv]

describe('defaults', () => {
  it('are an edge for trying out, on loopback', () => {
    expect(settingsOf([])).toEqual({
      domains: ['localhost'],
      edgeHost: 'localhost',
      region: 'default',
      tcpPublicHost: 'localhost',
      publicHttpPort: undefined,
      publicHttpsPort: undefined,
      httpAddr: { host: '127.0.0.1', port: 8_080 },
      httpsAddr: { host: '127.0.0.1', port: 8_443 },
      tcpHost: '127.0.0.1',
      tcpPorts: { first: 20_000, last: 29_999 },
      proxyProtocolFrom: [],
      reservations: [],
      reservationsRequired: 'none',
      autoHttpsRedirect: false,
      policyRequestHosts: [],
      policyPrivateAddresses: false,
      geoDatabases: [],
      dataDir: '/home/ann/.local/share/tunnel-edge',
      tlsFiles: undefined,
      certificates: [],
      log: 'stderr',
      logLevel: 'info',
      logFormat: 'json',
      eventsFile: undefined,
      eventsHeaders: 'safe',
      eventsMaxBytes: 104_857_600,
      eventsMaxFiles: 5,
      maxQueuedEvents: 10_000,
      metricsAddr: undefined,
      otlpEndpoint: undefined,
      traceSampleRatio: 1,
      maxQueuedSpans: 2_048,
      heartbeatIntervalMs: 10_000,
      heartbeatToleranceMs: 15_000,
      resumeWindowMs: 60_000,
      reconnectGraceMs: 3_000,
      takeoverProbeMs: 500,
      drainGraceMs: 30_000,
      handshakeTimeoutMs: 60_000,
      helloTimeoutMs: 10_000,
      maxUnauthenticatedSessions: 1_000,
      maxUnauthenticatedPerAddress: 250,
      maxSessionsPerCredential: 1_000,
      maxStreamsPerSession: 4_096,
      maxEndpointsPerSession: 1_000,
      maxPoolSize: 1_000,
      maxVisitorConnections: 20_000,
      maxConnectionsPerAddress: 1_000,
      maxConnectionsPerEndpoint: 10_000,
      maxWaitingRequests: 1_000,
      overloadSampleMs: 250,
      maxMemoryBytes: 0,
      maxDescriptors: 0,
      maxEventLoopDelayMs: 1000,
      keepAliveMarkPercent: 80,
      connectionMarkPercent: 90,
      requestMarkPercent: 95,
      maxRefusedConnections: 64,
      refusalTimeoutMs: 3_000,
      maxHeadBytes: 1_048_576,
      maxHeaders: 1_000,
      headTimeoutMs: 60_000,
      clientIdleTimeoutMs: 300_000,
      upstreamIdleTimeoutMs: 300_000,
      drainQuietMs: 1_000,
      maxMetadataLength: 4_096,
      maxIdleStreamsPerEndpoint: 256,
      upstreamKeepAliveMs: 4_000,
      maxIdleBeforeUnrepeatableMs: 1_000,
      maxInternalHops: 5,
      maxLingerBytes: 1_048_576,
      lingerTimeoutMs: 2_000,
      proxyHeaderTimeoutMs: 5_000,
      clientHelloTimeoutMs: 3_000,
      maxClientHelloBytes: 16_384,
      maxHttp2Streams: 250,
      maxHttp2Resets: 500,
      maxHttp2ControlFrames: 1_000,
      maxHttp2InvalidFrames: 1_000,
      http2PingIntervalMs: 30_000,
      webSocketPingIntervalMs: 30_000,
    })
  })

  it('are the usual ports on every address once there is a real domain', () => {
    expect(settingsOf(['--domain', 'example.com', '--data', '/data'])).toMatchObject({
      edgeHost: 'example.com',
      tcpPublicHost: 'example.com',
      httpAddr: { host: undefined, port: 80 },
      httpsAddr: { host: undefined, port: 443 },
    })
  })

  it('stay local for domains below localhost', () => {
    expect(settingsOf(['--domain', 'a.localhost,localhost']).httpAddr).toEqual({ host: '127.0.0.1', port: 8_080 })
  })

  it.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', { XDG_DATA_HOME: '/xdg' }, '/xdg/tunnel-edge'],
    ['linux', { XDG_DATA_HOME: 'xdg' }, '/home/ann/.local/share/tunnel-edge'],
    ['darwin', {}, '/home/ann/Library/Application Support/tunnel-edge'],
    ['win32', { LOCALAPPDATA: 'D:\\L' }, 'D:\\L\\tunnel-edge'],
  ])('put the data where %s keeps data (%j)', (platform, env, dataDir) => {
    expect(parse([], env, { platform })).toMatchObject({ ok: true, settings: { dataDir } })
  })
})

describe('sources', () => {
  const yaml = 'max_headers: 1\nmax_head_bytes: 2000\nlog_level: debug\n'

  it('go flags over variables over file over defaults', () => {
    const env = { TUNNEL_EDGE_MAX_HEADERS: '2', TUNNEL_EDGE_MAX_HEAD_BYTES: '3000' }
    expect(settingsOf(withFile(yaml, ['--max-headers', '3']), env)).toMatchObject({
      maxHeaders: 3,
      maxHeadBytes: 3_000,
      logLevel: 'debug',
      logFormat: 'json',
    })
  })

  it.each<[string, string, Partial<EdgeSettings>]>([
    ['domain', 'Example.org', { domains: ['example.org'] }],
    ['edge_host', 'edge.example.org', { edgeHost: 'edge.example.org' }],
    ['region', 'us-cal-1', { region: 'us-cal-1' }],
    ['tcp_public_host', '203.0.113.1', { tcpPublicHost: '203.0.113.1' }],
    ['public_http_port', '80', { publicHttpPort: 80 }],
    ['public_https_port', '443', { publicHttpsPort: 443 }],
    ['http_addr', 'off', { httpAddr: undefined }],
    ['auto_https_redirect', 'on', { autoHttpsRedirect: true }],
    ['auto_https_redirect', 'true', { autoHttpsRedirect: true }],
    ['auto_https_redirect', 'off', { autoHttpsRedirect: false }],
    ['https_addr', '[::1]:0', { httpsAddr: { host: '::1', port: 0 } }],
    ['tcp_host', '0.0.0.0', { tcpHost: '0.0.0.0' }],
    ['certificates', 'a.crt,a.key', { certificates: [{ cert: 'a.crt', key: 'a.key', domains: undefined }] }],
    ['tcp_ports', '5000', { tcpPorts: { first: 5_000, last: 5_000 } }],
    ['policy_request_hosts', 'api.example, *.example.com', { policyRequestHosts: ['api.example', '*.example.com'] }],
    ['policy_private_addresses', 'on', { policyPrivateAddresses: true }],
    ['geo_databases', '/a.mmdb,/b.mmdb', { geoDatabases: ['/a.mmdb', '/b.mmdb'] }],
    ['proxy_protocol_from', '10.0.0.0/8, 192.0.2.7', { proxyProtocolFrom: ['10.0.0.0/8', '192.0.2.7'] }],
    ['data', '/srv/tunnel', { dataDir: '/srv/tunnel' }],
    ['log', '/var/log/edge.log', { log: '/var/log/edge.log' }],
    ['log_level', 'crit', { logLevel: 'crit' }],
    ['log_format', 'term', { logFormat: 'term' }],
    ['events_file', 'stdout', { eventsFile: '-' }],
    ['events_headers', 'none', { eventsHeaders: 'none' }],
    ['events_max_bytes', '65536', { eventsMaxBytes: 65_536 }],
    ['events_max_files', '0', { eventsMaxFiles: 0 }],
    ['max_queued_events', '1', { maxQueuedEvents: 1 }],
    ['otlp_endpoint', 'http://127.0.0.1:4318', { otlpEndpoint: 'http://127.0.0.1:4318' }],
    ['trace_sample_ratio', '0.25', { traceSampleRatio: 0.25 }],
    ['max_queued_spans', '1', { maxQueuedSpans: 1 }],
    ['metrics_addr', '127.0.0.1:9464', { metricsAddr: { host: '127.0.0.1', port: 9_464 } }],
    ['heartbeat_interval', '5s', { heartbeatIntervalMs: 5_000 }],
    ['heartbeat_tolerance', '1m30s', { heartbeatToleranceMs: 90_000 }],
    ['resume_window', '0', { resumeWindowMs: 0 }],
    ['reconnect_grace', '0', { reconnectGraceMs: 0 }],
    ['takeover_probe', '250ms', { takeoverProbeMs: 250 }],
    ['drain_grace', '5m', { drainGraceMs: 300_000 }],
    ['handshake_timeout', '20s', { handshakeTimeoutMs: 20_000 }],
    ['hello_timeout', '2s', { helloTimeoutMs: 2_000 }],
    ['max_unauthenticated_sessions', '50', { maxUnauthenticatedSessions: 50 }],
    ['max_waiting_requests', '0', { maxWaitingRequests: 0 }],
    ['max_connections_per_address', '0', { maxConnectionsPerAddress: 0 }],
    ['max_event_loop_delay', '2s', { maxEventLoopDelayMs: 2_000 }],
    ['request_mark_percent', '99', { requestMarkPercent: 99 }],
    ['max_sessions_per_credential', '1', { maxSessionsPerCredential: 1 }],
    ['max_streams_per_session', '2', { maxStreamsPerSession: 2 }],
    ['max_endpoints_per_session', '3', { maxEndpointsPerSession: 3 }],
    ['max_visitor_connections', '4', { maxVisitorConnections: 4 }],
    ['max_head_bytes', '65536', { maxHeadBytes: 65_536 }],
    ['max_headers', '100', { maxHeaders: 100 }],
    ['head_timeout', '10s', { headTimeoutMs: 10_000 }],
    ['client_idle_timeout', '1h', { clientIdleTimeoutMs: 3_600_000 }],
    ['upstream_idle_timeout', '24h', { upstreamIdleTimeoutMs: 86_400_000 }],
  ])('spell %s in three ways and mean the same', (key, text, meaning) => {
    // A real domain asks for a data directory too.
    const also = key === 'domain' ? ['--data', '/data'] : []
    const flag = `--${key.replaceAll('_', '-')}`
    const yamlText = text.startsWith('[') ? `"${text}"` : text
    expect(settingsOf([flag, text, ...also])).toMatchObject(meaning)
    expect(settingsOf([`${flag}=${text}`, ...also])).toMatchObject(meaning)
    expect(settingsOf(also, { [`TUNNEL_EDGE_${key.toUpperCase()}`]: text })).toMatchObject(meaning)
    expect(settingsOf(withFile(`${key}: ${yamlText}\n`, also))).toMatchObject(meaning)
  })

  it('name the settings file by flag or by variable, the flag first', () => {
    const one = fileOf('log_level: warn\n')
    expect(parse([], { TUNNEL_EDGE_CONFIG: one })).toMatchObject({ file: one, settings: { logLevel: 'warn' } })
    expect(parse(['--config', one], { TUNNEL_EDGE_CONFIG: '/missing' })).toMatchObject({ ok: true, file: one })
  })

  it('read a file through the function that is given', () => {
    const readFile = (path: string): string => `log: ${path}.log\n`
    expect(parse(['--config=x'], {}, { readFile })).toMatchObject({ settings: { log: 'x.log' } })
  })

  it('take an empty variable and a key with nothing after it for unset', () => {
    expect(settingsOf(withFile('log:\nhttp_addr:\n'), { TUNNEL_EDGE_LOG_LEVEL: '' })).toEqual(settingsOf([]))
  })

  it('ignore what Kubernetes says of a service named tunnel-edge', () => {
    const env = {
      TUNNEL_EDGE_SERVICE_HOST: '10.0.0.1',
      TUNNEL_EDGE_SERVICE_PORT_HTTP: '80',
      TUNNEL_EDGE_PORT: 'tcp://10.0.0.1:80',
      TUNNEL_EDGE_PORT_80_TCP_ADDR: '10.0.0.1',
    }
    expect(settingsOf([], env)).toEqual(settingsOf([]))
  })
})

describe('values', () => {
  it.each([
    ['flags repeated', ['--domain', 'b.org', '--domain', 'A.org'], ''],
    ['a flag with commas', ['--domain=b.org, a.org'], ''],
    ['a list in the file', [], 'domain: [b.org, a.org, B.ORG]\n'],
    ['a text in the file', [], 'domain: b.org,a.org\n'],
  ])('take several domains from %s, the first being the default one', (_, argv, text) => {
    expect(settingsOf(withFile(text, ['--data=/d', ...argv])).domains).toEqual(['b.org', 'a.org'])
  })

  it('write an international domain as the network does', () => {
    expect(settingsOf(['--domain', 'Exämple.com', '--data=/d']).domains).toEqual(['xn--exmple-cua.com'])
  })

  it('name a certificate and its key together', () => {
    expect(settingsOf(['--tls-cert', 'c.pem', '--tls-key', 'k.pem']).tlsFiles).toEqual({ cert: 'c.pem', key: 'k.pem' })
  })

  it('list certificates with their names, in the file and by a repeated flag', () => {
    const yaml =
      'certificates:\n  - { cert: a.crt, key: a.key, domains: [a.example, "*.a.example"] }\n  - b.crt,b.key\n'
    const a = { cert: 'a.crt', key: 'a.key', domains: ['a.example', '*.a.example'] }
    const b = { cert: 'b.crt', key: 'b.key', domains: undefined }
    expect(settingsOf(withFile(yaml)).certificates).toEqual([a, b])
    const flags = ['--certificates', 'b.crt,b.key', '--certificates', 'c.crt,c.key']
    expect(settingsOf(flags).certificates).toEqual([b, { cert: 'c.crt', key: 'c.key', domains: undefined }])
  })

  it('turn a listener off in YAML by off or false', () => {
    expect(settingsOf(withFile('http_addr: off\n')).httpAddr).toBeUndefined()
    expect(settingsOf(withFile('http_addr: false\n')).httpAddr).toBeUndefined()
  })

  it.each([
    ['domain', '*.example.com', 'write it without *., the names below it belong to it anyway'],
    ['domain', 'https://example.com', 'write the domain without a scheme'],
    ['domain', 'example.com:80', 'write the domain without a port'],
    ['domain', 'a..b', '"a..b" is not a domain name'],
    ['domain', '127.0.0.1', '"127.0.0.1" is not a domain name'],
    ['domain', 'a,,b', 'a domain is empty'],
    ['auto_https_redirect', 'yes', 'expected on or off, got "yes"'],
    ['policy_request_hosts', 'http://x', '"http://x" is not a host name, one like *.example.com, an IP address or *'],
    ['proxy_protocol_from', '10.0.0.0/33', '"10.0.0.0/33" is not an IP address or a network like 10.0.0.0/8'],
    ['proxy_protocol_from', '::1,lb.example', '"lb.example" is not an IP address or a network'],
    ['proxy_protocol_from', '::1,', '"" is not an IP address or a network'],
    ['proxy_protocol_from', `${'::1,'.repeat(1000)}::1`, '1001 networks are more than the maximum 1000'],
    ['domain', Array.from({ length: 101 }, (_, n) => `d${n}.org`).join(), '101 domains are more than the maximum 100'],
    ['edge_host', 'http://x', 'expected a host name or an IP address, without a scheme or port, got "http://x"'],
    ['region', 'Europe West', 'expected a name of at most 63 lower-case letters, digits and hyphens'],
    ['otlp_endpoint', '127.0.0.1:4318', 'expected an http or https address, like http://127.0.0.1:4318'],
    ['trace_sample_ratio', '1.5', 'expected a number from 0 to 1, got'],
    ['trace_sample_ratio', 'half', 'expected a number from 0 to 1, got "half"'],
    ['public_http_port', '0', '0 is less than the minimum 1'],
    ['public_http_port', '65536', '65536 is more than the maximum 65535'],
    ['public_http_port', 'http', 'expected a whole number from 1 to 65535, got "http"'],
    ['http_addr', '8080', 'expected host:port, like 127.0.0.1:8080, [::1]:8080 or :8080, got "8080"'],
    ['tcp_ports', '0-5', 'expected ports first-last, each from 1 to 65535, like 20000-29999, got "0-5"'],
    ['tcp_ports', '1-2-3', 'got "1-2-3"'],
    ['tcp_ports', '70000', 'got "70000"'],
    ['tcp_ports', '300-200', 'the first port 300 is after the last port 200'],
    ['certificates', 'a.crt', 'expected two paths, like cert.pem,key.pem, got "a.crt"'],
    ['certificates', 'a.crt,', 'expected two paths'],
    ['log_level', 'inof', 'expected one of debug, info, warn, error, crit, got "inof"; did you mean `info`?'],
    ['max_head_bytes', '1023', '1023 is less than the minimum 1024'],
    ['max_head_bytes', '16777217', '16777217 is more than the maximum 16777216'],
    ['max_headers', '1e3', 'expected a whole number from 1 to 100000, got "1e3"'],
    ['max_streams_per_session', '-1', '-1 is less than the minimum 1'],
    ['heartbeat_interval', '10', 'expected a duration with its unit, like 10s, 500ms or 1h30m, got "10"'],
    ['heartbeat_interval', '999ms', '999ms is less than the minimum 1s'],
    ['client_idle_timeout', '25h', '25h is more than the maximum 24h'],
  ])('refuse %s %.30s', (key, text, message) => {
    expect(faultsOf([`--${key.replaceAll('_', '-')}=${text}`])).toEqual([expect.stringContaining(message)])
  })

  it('refuse a certificate without a key, or for what is no name', () => {
    expect(faultsOf(withFile('certificates:\n  - cert: a.crt\n')).join()).toContain('key')
    const yaml = 'certificates:\n  - { cert: a.crt, key: a.key, domains: ["https://a.example"] }\n'
    expect(faultsOf(withFile(yaml)).join()).toContain('edge.yml')
  })

  it('must be numbers in the file where a number is meant', () => {
    const argv = withFile('max_headers: "3"\n')
    expect(faultsOf(argv)).toEqual([
      `${argv[1]}:1:14: \`max_headers\`: expected a whole number from 1 to 100000, got "3"`,
    ])
  })
})

describe('faults', () => {
  it('come all at once from all sources, each with its place, also where another source would win', () => {
    const argv = withFile('htps_addr: off\nmax_headers: 0\n', ['--htp-addr', ':80', '--max-headers', '5', 'extra'])
    expect(faultsOf(argv, { TUNNEL_EDGE_HTTPADDR: ':80', TUNNEL_EDGE_LOG_FORMAT: 'text' })).toEqual([
      '--htp-addr: unknown flag; did you mean --http-addr?',
      'extra: unexpected argument; settings are given as --flag value',
      'TUNNEL_EDGE_HTTPADDR: unknown setting; did you mean TUNNEL_EDGE_HTTP_ADDR?',
      'TUNNEL_EDGE_LOG_FORMAT: expected one of json, term, got "text"',
      `${argv[1]}:1:1: unknown key \`htps_addr\`; did you mean \`https_addr\`?`,
      `${argv[1]}:2:14: \`max_headers\`: 0 is less than the minimum 1`,
    ])
  })

  it('carry code, origin and suggestion for programs', () => {
    expect(parse(['--domian', 'x'])).toEqual({
      ok: false,
      faults: [
        {
          code: 'ERR_SETTING_UNKNOWN',
          origin: { kind: 'flag', name: '--domian' },
          message: 'unknown flag; did you mean --domain?',
          suggestion: '--domain',
        },
      ],
    })
  })

  it.each([
    [['--data'], '--data: needs a value'],
    [['--data='], '--data: needs a value'],
    [['--data', '--log', 'stdout'], '--data: needs a value'],
    [['--data', 'a', '--data', 'b'], '--data: is given twice'],
    [['--config', 'a', '--config', 'b'], '--config: is given twice'],
    [['-http-addr', ':80'], '-http-addr: unknown flag; did you mean --http-addr?'],
    [['--http_addr=:80'], '--http_addr: unknown flag; did you mean --http-addr?'],
    [['--zzz'], '--zzz: unknown flag'],
  ])('say how %j is misused', (argv, message) => {
    const parsed = parse(argv, {}, { readFile: () => '' })
    expect(parsed.ok ? '' : formatSettingFaults(parsed.faults)).toBe(message)
  })

  it('name who asked for a settings file that is not there', () => {
    const missing = join(directory, 'missing.yml')
    expect(faultsOf(['--config', missing])).toEqual([`--config: ${missing}: there is no such file`])
    expect(faultsOf([], { TUNNEL_EDGE_CONFIG: missing })).toEqual([
      `TUNNEL_EDGE_CONFIG: ${missing}: there is no such file`,
    ])
  })

  it('say where the YAML of the file is broken', () => {
    const argv = withFile('log:\n\tx: 1\n')
    expect(faultsOf(argv)).toEqual([`${argv[1]}:2:1: this line is indented with a tab; YAML takes only spaces`])
    expect(parse(argv)).toMatchObject({ faults: [{ code: 'ERR_SETTING_FILE' }] })
  })

  it.each([
    [['--domain', 'example.com'], '--domain: with the domain example.com, `data` must be set too'],
    [['--tls-cert', 'c'], '--tls-cert: `tls_cert` needs `tls_key`, which is not set'],
    [['--tls-key', 'k'], '--tls-key: `tls_key` needs `tls_cert`, which is not set'],
    [
      ['--http-addr=off', '--https-addr=off'],
      '--https-addr: `http_addr` and `https_addr` are both off: nothing would arrive',
    ],
    [['--http-addr=:80', '--https-addr=:80'], '--https-addr: `http_addr` and `https_addr` are both :80'],
    [['--http-addr=127.0.0.1:8443'], '--https-addr: `http_addr` and `https_addr` are both 127.0.0.1:8443'],
  ])('say that %j does not go together', (argv, message) => {
    expect(faultsOf(argv)).toEqual([message])
  })

  it('place a disagreement where the setting was given', () => {
    const argv = withFile('log: stdout\ntls_cert: c.pem\n')
    expect(faultsOf(argv)).toEqual([`${argv[1]}:2:11: \`tls_cert\` needs \`tls_key\`, which is not set`])
  })

  it('let both listeners take any free port', () => {
    expect(faultsOf(['--http-addr=127.0.0.1:0', '--https-addr=127.0.0.1:0'])).toEqual([])
  })
})
