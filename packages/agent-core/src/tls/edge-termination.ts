import type { TlsTermination } from '@tunnel/protocol'
import type { PemSource } from './pem-source.ts'

/** TLS that ends at the edge, as the edge is told. What stands in files may change there. */
export class EdgeTermination {
  readonly #pair: { readonly crt: PemSource; readonly key: PemSource } | undefined
  readonly #clientCas: readonly PemSource[]
  readonly #minVersion: '1.2' | '1.3'

  constructor(
    pair: { readonly crt: PemSource; readonly key: PemSource } | undefined,
    clientCas: readonly PemSource[],
    minVersion: '1.2' | '1.3',
  ) {
    this.#pair = pair
    this.#clientCas = clientCas
    this.#minVersion = minVersion
  }

  get wire(): TlsTermination {
    return {
      ...(this.#pair && { certificate: this.#pair.crt.text, privateKey: this.#pair.key.text }),
      clientCas: this.#clientCas.map(({ text }) => text),
      minVersion: this.#minVersion,
    }
  }

  get hasFiles(): boolean {
    return this.#sources.some(({ isFile }) => isFile)
  }

  /** Reads changed files again, and says whether there were any. Throws {@link TunnelError} 14001 or 14002 for one that cannot be read. */
  refresh(): boolean {
    // Each of them: the mark of one that was not asked would be stale.
    return this.#sources.map((source) => source.refresh()).includes(true)
  }

  get #sources(): readonly PemSource[] {
    return [...(this.#pair ? [this.#pair.crt, this.#pair.key] : []), ...this.#clientCas]
  }
}
