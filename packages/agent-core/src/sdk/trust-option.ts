import type { EdgeTrust } from '../session/trust.ts'

/** Whom ngrok's words stand for; `undefined` leaves it to what a connection string pins. */
export function trustOption(rootCas: string | undefined, caPem: string | Buffer | undefined): EdgeTrust | undefined {
  if (caPem !== undefined) return { caPem }
  if (rootCas === 'host') return 'host'
  return rootCas === undefined || rootCas === 'trusted' ? undefined : { caFile: rootCas }
}
