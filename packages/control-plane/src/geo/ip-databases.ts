import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { IpFacts } from '@tunnel/traffic-policy'
import { Reader, type Response } from 'mmdb-lib'
import { ControlPlaneError, unusable } from '../errors.ts'
import { ipFactsFrom, type MmdbRecord } from './ip-facts.ts'

/** What is known of an address. */
export type IpLookup = (address: string) => IpFacts | undefined

/**
 * Reads MMDB files whole; `undefined` for none. Of an address the first that knows it counts, field by field, so that a file of networks stands beside
 * one of places. Rejects with `ERR_CONTROL_PLANE_DATA_UNUSABLE` for a file that cannot be read, `ERR_CONTROL_PLANE_DATA_INVALID` for one that is no
 * MMDB.
 */
export async function openIpDatabases(paths: readonly string[]): Promise<IpLookup | undefined> {
  if (paths.length === 0) return undefined
  const readers = await Promise.all(paths.map(openDatabase))
  return (address) => {
    const family = isIP(address)
    // A file of IPv4 knows no other.
    const able = family === 0 ? [] : readers.filter(({ metadata }) => family === 4 || metadata.ipVersion === 6)
    const records = able.map((reader) => reader.get(address) as MmdbRecord | null).filter((found) => found !== null)
    return records.length === 0 ? undefined : ipFactsFrom(records)
  }
}

async function openDatabase(path: string): Promise<Reader<Response>> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    throw unusable(path, 'read', cause)
  }
  try {
    return new Reader<Response>(bytes)
  } catch (cause) {
    throw new ControlPlaneError('ERR_CONTROL_PLANE_DATA_INVALID', `${path}: is not an MMDB file`, { cause })
  }
}
