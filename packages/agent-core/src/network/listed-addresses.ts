import { isIP } from 'node:net'
import { readResource } from './read-resource.ts'

const MAX_LIST_BYTES = 64 * 1024
const MAX_LISTED_ADDRESSES = 256

/** IP addresses as given, or of the JSON list at a path or URL: `["192.0.2.1"]`, or `{ "addresses": ["192.0.2.1"] }`. */
export async function listedAddresses(given: string | readonly string[], signal: AbortSignal): Promise<string[]> {
  if (typeof given !== 'string') return checked(given)
  if (isIP(given)) return [given]
  const parsed: unknown = JSON.parse((await readResource(given, MAX_LIST_BYTES, signal)).toString())
  return checked(Array.isArray(parsed) ? parsed : (parsed as { addresses?: unknown } | null)?.addresses)
}

function checked(list: unknown): string[] {
  const addresses = Array.isArray(list) ? list.slice(0, MAX_LISTED_ADDRESSES) : []
  if (addresses.length > 0 && addresses.every((one) => typeof one === 'string' && isIP(one) !== 0)) return addresses
  throw new Error('it is no list of IP addresses')
}
