import type { ConnectionRecord, ExchangeRecord } from '@tunnel/edge'

/** A connection as an edge tells it. */
export function toldConnection(more: Partial<ConnectionRecord> = {}): ConnectionRecord {
  const connection = {
    kind: 'http1',
    visitor: { address: '203.0.113.9', port: 50_000 },
    local: { address: '192.0.2.1', port: 443 },
    startedAtMs: performance.now(),
    serverName: undefined,
    tls: undefined,
    endpoint: undefined,
    policies: undefined,
    errorCode: undefined,
    closedAtMs: undefined,
    exchangeCount: 0,
    bytesIn: 10,
    bytesOut: 20,
    policyEvents: () => [],
    ...more,
  }
  // The class keeps its socket to itself.
  return connection as unknown as ConnectionRecord
}

export interface ToldRequest extends Partial<ExchangeRecord> {
  target?: string
  headers?: string[]
}

/** An exchange as an edge tells it: GET of `target`, answered 200. */
export function toldExchange({ target = '/', headers = [], ...more }: ToldRequest = {}): ExchangeRecord {
  const head = {
    method: 'GET',
    target,
    minorVersion: 1,
    headers,
    host: 'app.tunnel.example',
    framing: 'none',
    contentLength: 0,
    keepAlive: true,
    upgrade: undefined,
    expectContinue: false,
  }
  const now = performance.now()
  const exchange = {
    connection: toldConnection(),
    head,
    forwarded: head,
    startedAtMs: now,
    requestEndedAtMs: 0,
    sentAtMs: now,
    firstByteAtMs: now,
    endedAtMs: now,
    status: 200,
    responseHeaders: [],
    requestBytes: 0,
    responseBytes: 0,
    isComplete: true,
    isStreamReused: false,
    ...more,
  }
  return exchange as unknown as ExchangeRecord
}
