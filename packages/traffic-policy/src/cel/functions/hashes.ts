import { createHash } from 'node:crypto'
import { CelError } from '../cel-error.ts'
import type { Overload } from '../compiled.ts'
import { pureFunctions } from '../define-functions.ts'
import { crc32, crc64 } from './crc.ts'
import { xxhash64 } from './xxhash64.ts'

const digests: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  crc32,
  crc64,
  md5: (bytes) => createHash('md5').update(bytes).digest(),
  sha1: (bytes) => createHash('sha1').update(bytes).digest(),
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  sha512: (bytes) => createHash('sha512').update(bytes).digest(),
  xxhash64,
}

function encoded(digest: Buffer, format: string): string {
  if (format === 'hex' || format === 'base64') return digest.toString(format)
  throw new CelError(`a hash is written as hex or base64, not ${JSON.stringify(format.slice(0, 16))}`)
}

/** As `hash.sha256('hello')` and as `'hello'.sha256()`, each with an optional format. Reference §2.3 */
export const hashFunctions: Overload[] = Object.entries(digests).flatMap(([name, digest]) => {
  const run = (text: string, format = 'hex') => encoded(digest(Buffer.from(text, 'utf8')), format)
  return pureFunctions({
    [`hash.${name}(string): string`]: run,
    [`hash.${name}(string, string): string`]: run,
    [`string.${name}(): string`]: run,
    [`string.${name}(string): string`]: run,
  })
})
