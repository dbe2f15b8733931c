import type { CaptureSource } from '../store/capture.ts'
import type { InspectedEndpoint, OnlineEndpoint } from './endpoint-port.ts'

/** An endpoint of this process with its name, which no other has. */
export class RegisteredEndpoint implements CaptureSource {
  readonly name: string
  readonly endpoint: InspectedEndpoint
  /** Whether its exchanges are captured. */
  readonly inspect: boolean
  #online: OnlineEndpoint | undefined

  constructor(name: string, endpoint: InspectedEndpoint, inspect: boolean) {
    this.name = name
    this.endpoint = endpoint
    this.inspect = inspect
  }

  get url(): string {
    return this.#online?.url() ?? ''
  }

  get id(): string {
    return this.#online?.id() ?? ''
  }

  get upstream(): string {
    return this.endpoint.upstream
  }

  get sharesConnections(): boolean {
    return this.endpoint.request.upstream.protocol === 'http2'
  }

  get isOnline(): boolean {
    return this.#online !== undefined
  }

  goOnline(online: OnlineEndpoint): void {
    this.#online = online
  }

  async close(): Promise<void> {
    await this.#online?.close()
  }
}
