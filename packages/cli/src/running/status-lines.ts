import { printable } from '../printable.ts'
import type { TextOutput } from '../surroundings.ts'

export interface Forwarding {
  readonly url: string
  readonly upstream: string
}

export interface SessionFacts {
  readonly version: string
  readonly serverAddr: string
  readonly transport: string | undefined
  readonly latencyMs: number | undefined
}

/** Tells a person how the session is doing: lines that come when something changes. */
export class StatusLines {
  readonly #out: TextOutput
  #status = ''
  #forwarding: readonly string[] = []

  constructor(out: TextOutput) {
    this.#out = out
  }

  /** Everything is online for the first time. */
  started({ version, serverAddr, transport, latencyMs }: SessionFacts, forwardings: readonly Forwarding[]): void {
    const way = { tls: 'TLS', websocket: 'WebSocket' }[transport ?? ''] ?? transport
    const facts = [way, latencyMs === undefined ? undefined : `${Math.round(latencyMs)} ms`].filter(Boolean)
    this.#changeStatus('online')
    this.#line('Version', version)
    this.#line('Connected to', facts.length > 0 ? `${serverAddr} (${facts.join(', ')})` : serverAddr)
    this.#changeForwarding(forwardings)
    this.#out.write('\nCtrl+C to quit\n')
  }

  reconnecting(reason: string): void {
    this.#changeStatus(`reconnecting (${reason})`)
  }

  /** Addresses that are others than before are shown again. */
  online(forwardings: readonly Forwarding[]): void {
    this.#changeStatus('online')
    this.#changeForwarding(forwardings)
  }

  endpointLost(url: string, reason: string): void {
    this.#line('Offline', `${url} (${reason})`)
  }

  #changeStatus(status: string): void {
    if (status !== this.#status) this.#line('Session Status', status)
    this.#status = status
  }

  #changeForwarding(forwardings: readonly Forwarding[]): void {
    const lines = forwardings.map(({ url, upstream }) => `${url} -> ${upstream}`)
    for (const line of lines) if (!this.#forwarding.includes(line)) this.#line('Forwarding', line)
    this.#forwarding = lines
  }

  #line(label: string, text: string): void {
    this.#out.write(`${label.padEnd(LABEL_WIDTH)}${printable(text)}\n`)
  }
}

const LABEL_WIDTH = 17
