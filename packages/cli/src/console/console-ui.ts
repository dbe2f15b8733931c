import type { MeterReading, RequestSummary, TrafficStatistics } from '@tunnel/agent-core'
import type { Forwarding, SessionFacts, StatusView } from '../running/status-view.ts'
import type { Surroundings } from '../surroundings.ts'
import { AlternateScreen } from './alternate-screen.ts'
import { consoleLines } from './console-lines.ts'
import type { ConsoleView, ShownRequest } from './console-view.ts'
import { type ConsoleColor, paintedLine, repainted } from './paint.ts'
import { Redraws } from './redraws.ts'
import { regionName } from './region-name.ts'
import { fitted, type StyledLine } from './styled-line.ts'

/** No terminal shows more rows of requests than this. */
const MAX_REQUESTS = 100
const MAX_BANNER_LINES = 4
/** A command that fails at once should not flash a screen. */
const SHOWN_AFTER_MS = 300

const CTRL_C = '\x03'
const CTRL_U = '\x15'

export interface ConsoleOptions {
  readonly surroundings: Surroundings
  readonly color: ConsoleColor
  readonly version: string
  /** Ctrl+C was pressed. */
  readonly onQuit: () => void
}

type State = { -readonly [Key in Exclude<keyof ConsoleView, 'connections' | 'requests'>]: ConsoleView[Key] }

/** The full-screen console of reference agent.md §6.1. */
export class ConsoleUi implements StatusView {
  readonly #options: ConsoleOptions
  readonly #screen: AlternateScreen
  readonly #redraws = new Redraws(() => this.#draw())
  readonly #opening: NodeJS.Timeout
  readonly #requests: ShownRequest[] = []
  readonly #shown = new Map<RequestSummary, ShownRequest>()
  readonly #state: State
  #statistics: TrafficStatistics | undefined
  #isClosed = false
  #painted: readonly string[] | undefined
  #qrCode: typeof import('./qr-lines.ts').qrLines | undefined
  /** Of the address whose QR code is shown, and of the one that was copied last. */
  #qrIndex = -1
  #copiedIndex = -1

  constructor(options: ConsoleOptions) {
    this.#options = options
    this.#screen = new AlternateScreen(options.surroundings)
    this.#state = {
      status: { kind: 'connecting' },
      version: options.version,
      banner: [],
      account: undefined,
      update: undefined,
      region: undefined,
      latencyMs: undefined,
      webInterface: false,
      forwardings: [],
      notice: undefined,
    }
    this.#opening = setTimeout(() => this.#open(), SHOWN_AFTER_MS).unref()
  }

  // What happens to the session

  counting(statistics: TrafficStatistics): void {
    this.#statistics = statistics
  }

  started(facts: SessionFacts, forwardings: readonly Forwarding[]): void {
    this.#welcome(facts)
    this.#change({ status: { kind: 'online' }, forwardings })
    this.#open()
  }

  online(facts: SessionFacts, forwardings: readonly Forwarding[]): void {
    this.#welcome(facts)
    this.#change({ status: { kind: 'online' }, forwardings })
  }

  reconnecting(reason: string): void {
    this.#change({ status: { kind: 'reconnecting', reason } })
    this.#open()
  }

  endpointLost(url: string, reason: string): void {
    const forwardings = this.#state.forwardings.filter((one) => one.url !== url)
    this.#change({ forwardings, notice: `${url} is offline: ${reason}` })
  }

  latency(latencyMs: number): void {
    this.#change({ latencyMs })
  }

  webInterface(url: string): void {
    this.#change({ webInterface: url })
  }

  updateAvailable(version: string): void {
    this.#change({ update: version })
  }

  request(summary: RequestSummary): void {
    // One that is over by the time it is forgotten does not come back.
    const isNew = summary.status === undefined && summary.durationMs === undefined
    if (isNew && !this.#shown.has(summary)) {
      const shown = { at: new Date(), summary }
      this.#shown.set(summary, shown)
      this.#requests.unshift(shown)
      const oldest = this.#requests.length > MAX_REQUESTS ? this.#requests.pop() : undefined
      if (oldest) this.#shown.delete(oldest.summary)
    }
    this.#redraws.request()
  }

  /** The terminal is as it was before. Idempotent. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#opening)
    this.#redraws.stop()
    this.#screen.close()
  }

  // The terminal

  #open(): void {
    if (this.#screen.isOpen || this.#isClosed) return
    clearTimeout(this.#opening)
    this.#screen.open({ onKeys: (keys) => this.#onKeys(keys), onResize: () => this.#repaint() })
    this.#repaint()
  }

  #onKeys(keys: string): void {
    for (const key of keys) {
      if (key === CTRL_C) this.#options.onQuit()
      else if (key === CTRL_U) this.#offerUpdate()
      else if (key === 'c') this.#copyNext()
      else if (key === 'q') void this.#showNextQrCode()
    }
  }

  #offerUpdate(): void {
    if (this.#state.update !== undefined) this.#change({ notice: 'to update, run: tunnel update' })
  }

  #copyNext(): void {
    const { forwardings } = this.#state
    if (forwardings.length === 0) return
    this.#copiedIndex = (this.#copiedIndex + 1) % forwardings.length
    const { url } = forwardings[this.#copiedIndex] as Forwarding
    // OSC 52: the terminal's own clipboard, also through ssh.
    this.#screen.write(`\x1b]52;c;${Buffer.from(url).toString('base64')}\x07`)
    this.#change({ notice: `copied ${url}` })
  }

  /** One address after the other, then back. */
  async #showNextQrCode(): Promise<void> {
    this.#qrIndex = this.#qrIndex + 1 < this.#state.forwardings.length ? this.#qrIndex + 1 : -1
    this.#qrCode ??= (await import('./qr-lines.ts')).qrLines
    this.#repaint()
  }

  #welcome({ account, region, banner }: SessionFacts): void {
    this.#state.account = account
    this.#state.region = region === undefined ? undefined : regionName(region)
    this.#state.banner = banner?.split('\n').slice(0, MAX_BANNER_LINES) ?? []
  }

  #change(change: Partial<State>): void {
    Object.assign(this.#state, change)
    this.#redraws.request()
  }

  #repaint(): void {
    this.#painted = undefined
    this.#redraws.request()
  }

  #draw(): void {
    if (!this.#screen.isOpen) return
    const { columns, rows } = this.#screen.size
    const { color } = this.#options
    const painted = this.#lines(columns, rows).map((line) => paintedLine(fitted(line, columns), columns, color))
    this.#screen.write(repainted(this.#painted, painted, rows, color))
    this.#painted = painted
  }

  #lines(columns: number, rows: number): StyledLine[] {
    const qrOf = this.#state.forwardings[this.#qrIndex]
    if (qrOf && this.#qrCode) return this.#qrCode(qrOf.url, columns, rows, this.#options.color !== 'none')
    const connections = this.#statistics?.connections.read() ?? noReading
    return consoleLines({ ...this.#state, connections, requests: this.#requests }, columns, rows)
  }
}

const noReading: MeterReading = {
  count: 0,
  open: 0,
  rate1: 0,
  rate5: 0,
  rate15: 0,
  p50Ms: 0,
  p90Ms: 0,
  p95Ms: 0,
  p99Ms: 0,
}
