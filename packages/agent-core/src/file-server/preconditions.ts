import type { BigIntStats } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'

/** What tells one state of a file from another. */
export interface Validators {
  /** Strong: no two states of a file have the same size and change within a nanosecond. */
  readonly etag: string
  /** Of the last change, in seconds: all that a date in a header can say. */
  readonly modifiedAtSeconds: number
}

export function validatorsOf({ size, mtimeNs }: BigIntStats): Validators {
  return {
    etag: `"${size.toString(36)}-${mtimeNs.toString(36)}"`,
    modifiedAtSeconds: Number(mtimeNs / 1_000_000_000n),
  }
}

/** What the conditions of a GET or HEAD make of it, in the order of RFC 9110 §13.2.2. `undefined`: they hold. */
export function checkPreconditions(headers: IncomingHttpHeaders, validators: Validators): 304 | 412 | undefined {
  const ifMatch = headers['if-match']
  const unmodifiedSince = secondsOf(headers['if-unmodified-since'])
  if (ifMatch !== undefined) {
    if (!names(ifMatch, validators.etag, 'strong')) return 412
  } else if (unmodifiedSince !== undefined && validators.modifiedAtSeconds > unmodifiedSince) {
    return 412
  }
  const ifNoneMatch = headers['if-none-match']
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, validators.etag, 'weak') ? 304 : undefined
  const modifiedSince = secondsOf(headers['if-modified-since'])
  return modifiedSince !== undefined && validators.modifiedAtSeconds <= modifiedSince ? 304 : undefined
}

/** Whether a range may be answered as one: the visitor has the rest of this very state (RFC 9110 §13.1.5). */
export function holdsIfRange(field: string | undefined, validators: Validators): boolean {
  if (field === undefined) return true
  if (field.startsWith('"')) return field === validators.etag
  return secondsOf(field) === validators.modifiedAtSeconds
}

function names(field: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (field.trim() === '*') return true
  const listed = field.match(/(?:W\/)?"[^"]*"/g) ?? []
  return listed.some((one) => one === etag || (comparison === 'weak' && one === `W/${etag}`))
}

function secondsOf(date: string | undefined): number | undefined {
  const ms = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000)
}
