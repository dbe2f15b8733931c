import type { Credential } from '../ports.ts'
import { CredentialUse } from './credential-use.ts'

/** The use of every credential with a session, and of those whose counts still matter. */
export class CredentialUses {
  readonly #byId = new Map<string, CredentialUse>()
  /** Without a session; their minute may not be over. */
  readonly #left = new Set<string>()

  /** What is known of a credential that a session has just shown. Throws {@link TunnelError} 600. */
  adopt(credential: Credential): CredentialUse {
    this.#sweep()
    const use = this.of(credential.id)
    use.adopt(credential)
    return use
  }

  of(credentialId: string): CredentialUse {
    this.#left.delete(credentialId)
    let use = this.#byId.get(credentialId)
    if (!use) {
      use = new CredentialUse()
      this.#byId.set(credentialId, use)
    }
    return use
  }

  /** Its last session is gone. Coming back must not set its counts to zero. */
  release(credentialId: string): void {
    this.#left.add(credentialId)
    this.#sweep()
  }

  #sweep(): void {
    for (const id of this.#left) {
      if (this.#byId.get(id)?.isQuiet === false) continue
      this.#byId.delete(id)
      this.#left.delete(id)
    }
  }
}
