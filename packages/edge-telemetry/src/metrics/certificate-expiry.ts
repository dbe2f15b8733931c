import { X509Certificate } from 'node:crypto'

/** Reads until when a certificate is valid, in Unix seconds; again only when it is another one. */
export function certificateExpiry(certificate: () => string | Buffer): () => number {
  let known: string | Buffer | undefined
  let expiry = 0
  return () => {
    const pem = certificate()
    if (pem !== known) {
      known = pem
      expiry = Date.parse(new X509Certificate(pem).validTo) / 1000
    }
    return expiry
  }
}
