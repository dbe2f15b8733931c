import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { requestOf } from './http-location.ts'
import { readBounded } from './read-bounded.ts'

/** A file by its path or `file:` URL, or what an http or https URL answers. Rejects beyond `maxBytes`. */
export async function readResource(location: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  if (/^https?:\/\//i.test(location)) {
    const { url, headers } = requestOf(location)
    return readBounded(await fetch(url, { headers, signal }), maxBytes)
  }
  const file = await open(/^file:/i.test(location) ? fileURLToPath(location) : location)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes + 1))
    if (bytesRead > maxBytes) throw new Error(`more than ${maxBytes} bytes`)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
