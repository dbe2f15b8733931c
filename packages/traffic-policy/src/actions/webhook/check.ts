import { createHash, createHmac, createPublicKey, type KeyObject, timingSafeEqual, verify } from 'node:crypto'
import type { WebhookDelivery } from './delivery.ts'
import type { KeyForm, Recipe, SignedTime } from './recipe.ts'

/** Why a delivery does not pass; it never says what the right signature is. */
export type WebhookFault =
  | 'no signature'
  | 'no timestamp'
  | 'timestamp is not a time'
  | 'timestamp outside the tolerance'
  | 'signature does not match'

const HEX = /^(?:[0-9a-f]{2})+$/i
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/**
 * Checks the signatures of a delivery against each secret; any match passes.
 *
 * @returns `undefined` if it passes.
 * @see Reference §6.1
 */
export function checkRecipes(
  recipes: readonly Recipe[],
  delivery: WebhookDelivery,
  secrets: readonly string[],
  nowMs: number,
): WebhookFault | undefined {
  for (const recipe of recipes) {
    const signatures = recipe.signatures(delivery)
    if (signatures.length > 0) return checkRecipe(recipe, signatures, delivery, secrets, nowMs)
  }
  return 'no signature'
}

function checkRecipe(
  recipe: Recipe,
  signatures: readonly string[],
  delivery: WebhookDelivery,
  secrets: readonly string[],
  nowMs: number,
): WebhookFault | undefined {
  const time = recipe.time?.text(delivery)
  const fault = recipe.time && timeFault(recipe.time, time, nowMs)
  if (fault !== undefined) return fault
  const decoded = signatures.flatMap((signature) => decode(signature, recipe.encoding) ?? [])
  const urls = recipe.urlForms?.(delivery.url) ?? [delivery.url]
  for (const secret of secrets) {
    for (const url of urls) {
      const message = messageOf(recipe, { ...delivery, url, time, secret })
      if (message !== undefined && isAnyBy(recipe, secret, message, decoded)) return undefined
    }
  }
  return 'signature does not match'
}

function timeFault({ unit, toleranceSeconds, isOptional }: SignedTime, text: string | undefined, nowMs: number) {
  if (text === undefined) return isOptional ? undefined : 'no timestamp'
  const atMs = timeOf(text, unit)
  if (!Number.isFinite(atMs)) return 'timestamp is not a time'
  return Math.abs(nowMs - atMs) > toleranceSeconds * 1000 ? 'timestamp outside the tolerance' : undefined
}

function timeOf(text: string, unit: SignedTime['unit']): number {
  if (unit === 'iso') return /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  if (!/^\d{1,15}$/.test(text)) return Number.NaN
  return unit === 's' ? Number(text) * 1000 : Number(text)
}

function messageOf(recipe: Recipe, delivery: Parameters<Exclude<Recipe['message'][number], string>>[0]) {
  const parts: Buffer[] = []
  for (const part of recipe.message) {
    const value = typeof part === 'string' ? part : part(delivery)
    if (value === undefined) return undefined
    parts.push(typeof value === 'string' ? Buffer.from(value, 'utf8') : value)
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}

function isAnyBy({ mac, key }: Recipe, secret: string, message: Buffer, signatures: readonly Buffer[]): boolean {
  if (mac === 'ecdsa-sha256') {
    const publicKey = publicKeyOf(secret)
    return publicKey !== undefined && signatures.some((signature) => isEcdsaBy(publicKey, message, signature))
  }
  const keyBytes = keyOf(secret, key)
  // A secret that is not base64 would be the empty key, which everyone has.
  if (keyBytes.length === 0) return false
  const expected = expectedOf(mac, keyBytes, message)
  let isAny = false
  for (const signature of signatures) isAny = isEqual(signature, expected) || isAny
  return isAny
}

function expectedOf(mac: Exclude<Recipe['mac'], 'ecdsa-sha256'>, key: Buffer, message: Buffer): Buffer {
  switch (mac) {
    case 'equal':
      return key
    case 'sha256':
      return createHash('sha256').update(message).digest()
    default:
      return createHmac(mac.slice('hmac-'.length), key).update(message).digest()
  }
}

/** Of hashes: a comparison of texts would tell how long the right one is. */
function isEqual(one: Buffer, other: Buffer): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest())
}

function keyOf(secret: string, form: KeyForm = 'utf8'): Buffer {
  switch (form) {
    case 'base64':
      return Buffer.from(secret, 'base64')
    case 'whsec':
      return Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    case 'user-password':
      return Buffer.from(secret.replace('::', ':'), 'utf8')
    default:
      return Buffer.from(secret, 'utf8')
  }
}

function publicKeyOf(secret: string): KeyObject | undefined {
  try {
    return secret.includes('-----BEGIN')
      ? createPublicKey(secret)
      : createPublicKey({ key: Buffer.from(secret, 'base64'), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
}

function isEcdsaBy(key: KeyObject, message: Buffer, signature: Buffer): boolean {
  try {
    return verify('sha256', message, key, signature)
  } catch {
    return false
  }
}

function decode(signature: string, encoding: Recipe['encoding']): Buffer | undefined {
  if (encoding === 'text') return Buffer.from(signature, 'utf8')
  if (encoding === 'hex') return HEX.test(signature) ? Buffer.from(signature, 'hex') : undefined
  return BASE64.test(signature) ? Buffer.from(signature, 'base64') : undefined
}
