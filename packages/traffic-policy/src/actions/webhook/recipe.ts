import type { WebhookDelivery } from './delivery.ts'
import type { Signatures, Text } from './sources.ts'

/** How one kind of signature is made. A provider has one recipe, or several for its versions. */
export interface Recipe {
  /** Where signatures are; the first recipe of a provider for which there are any is the one that decides. */
  signatures: Signatures
  mac: 'hmac-sha1' | 'hmac-sha256' | 'hmac-sha512' | 'sha256' | 'ecdsa-sha256' | 'equal'
  encoding: 'hex' | 'base64' | 'text'
  /**
   * What the secret is as a key.
   *
   * @default utf8
   */
  key?: KeyForm
  /** What is signed, in order; nothing for `equal`, which compares the signature with the secret. */
  message: readonly MessagePart[]
  time?: SignedTime
  /**
   * The URLs that the provider may have signed, if it is not sure which of their spellings.
   *
   * @default the delivery's own
   */
  urlForms?: (url: string) => string[]
}

/** `whsec` is base64 after an optional `whsec_`; `spki` a public key in base64 DER or PEM; `user-password` a pair with one or two colons. */
export type KeyForm = 'utf8' | 'base64' | 'whsec' | 'spki' | 'user-password'

/** Literal text, or what a delivery gives; `undefined` fails the verification. */
export type MessagePart = string | ((delivery: SignedDelivery) => string | Buffer | undefined)

export interface SignedDelivery extends WebhookDelivery {
  /** The timestamp exactly as received. */
  time: string | undefined
  secret: string
}

export interface SignedTime {
  text: Text
  unit: 's' | 'ms' | 'iso'
  toleranceSeconds: number
  /** Whether a delivery without a timestamp passes. */
  isOptional?: boolean
}

/** The provider recommends none. Reference §6.1 */
export const DEFAULT_TOLERANCE_SECONDS = 180

export const body: MessagePart = (delivery) => delivery.body
export const time: MessagePart = (delivery) => delivery.time
export const url: MessagePart = (delivery) => delivery.url
export const method: MessagePart = (delivery) => delivery.method
export const secret: MessagePart = (delivery) => delivery.secret

export function field(text: Text): MessagePart {
  return text
}
