import { printable } from '../printable.ts'
import type { TextOutput } from '../surroundings.ts'
import type { Forwarding, SessionFacts, StatusView } from './status-view.ts'

/** Lines that come when something changes, for a terminal whose cursor cannot be moved. */
export class StatusLines implements StatusView {
  readonly #out: TextOutput
  #status = ''
  #forwarding: readonly string[] = []
  #webInterface: string | undefined

  constructor(out: TextOutput) {
    this.#out = out
  }

  started({ version, serverAddr, transport, latencyMs }: SessionFacts, forwardings: readonly Forwarding[]): void {
    const way = { tls: 'TLS', websocket: 'WebSocket' }[transport ?? ''] ?? transport
    const facts = [way, latencyMs === undefined ? undefined : `${Math.round(latencyMs)} ms`].filter(Boolean)
    this.#changeStatus('online')
    this.#line('Version', version)
    this.#line('Connected to', facts.length > 0 ? `${serverAddr} (${facts.join(', ')})` : serverAddr)
    if (this.#webInterface !== undefined) this.#line('Web Interface', this.#webInterface)
    this.#changeForwarding(forwardings)
    this.#out.write('\nCtrl+C to quit\n')
  }

  reconnecting(reason: string): void {
    this.#changeStatus(`reconnecting (${reason})`)
  }

  /** Addresses that are others than before are shown again. */
  online(_facts: SessionFacts, forwardings: readonly Forwarding[]): void {
    this.#changeStatus('online')
    this.#changeForwarding(forwardings)
  }

  endpointLost(url: string, reason: string): void {
    this.#line('Offline', `${url} (${reason})`)
  }

  /** Shown with the rest. */
  webInterface(url: string): void {
    this.#webInterface = url
  }

  updateAvailable(version: string): void {
    this.#line('Update', `version ${version} is available: tunnel update`)
  }

  close(): void {}

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
