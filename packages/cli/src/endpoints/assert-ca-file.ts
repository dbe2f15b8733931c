import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CliError } from '../cli-error.ts'

/** Throws `ERR_CLI_FILE` for a file that would let every connection to the service fail. */
export function assertCaFile(path: string, name = '--upstream-tls-verify-cas'): void {
  let pem: Buffer
  try {
    pem = readFileSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CliError('ERR_CLI_FILE', `${name} ${path} cannot be read (${code})`, { cause })
  }
  try {
    new X509Certificate(pem)
  } catch (cause) {
    throw new CliError('ERR_CLI_FILE', `${name} ${path} holds no PEM certificate`, { cause })
  }
}
