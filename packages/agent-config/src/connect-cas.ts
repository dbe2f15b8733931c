import * as z from 'zod'

/** Which certificate authorities may vouch for the edge. */
export type ConnectCas =
  /** Those that the agent knows by itself. */
  | { readonly kind: 'trusted' }
  /** Those of the operating system. */
  | { readonly kind: 'host' }
  /** The one with this SHA-256 fingerprint: 64 lowercase hex digits. */
  | { readonly kind: 'fingerprint'; readonly sha256: string }
  /** Those in a PEM file. */
  | { readonly kind: 'file'; readonly path: string }

const pinPrefix = 'sha256:'

/** Hex with or without colons as OpenSSL prints it, or base64 in either alphabet; always 32 bytes. */
const fingerprintFrom = (text: string): string | undefined => {
  const hex = text.replaceAll(':', '')
  if (/^[0-9a-f]{64}$/i.test(hex)) return hex.toLowerCase()
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64').toString('hex') : undefined
}

/** `trusted`, `host`, `sha256:<fingerprint>` or the path of a PEM file. */
export const connectCas = () =>
  z
    .string()
    .min(1)
    .transform((text, context): ConnectCas => {
      if (text === 'trusted' || text === 'host') return { kind: text }
      if (!text.startsWith(pinPrefix)) return { kind: 'file', path: text }
      const sha256 = fingerprintFrom(text.slice(pinPrefix.length))
      if (sha256 !== undefined) return { kind: 'fingerprint', sha256 }
      const message = 'a pinned CA is sha256: and 32 bytes as 64 hex digits or as base64'
      context.issues.push({ code: 'custom', input: text, message })
      return z.NEVER
    })
