import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Tests that need certificates are skipped where this is false. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

export interface Identity {
  /** PEM. */
  readonly cert: string
  readonly key: string
  /** SHA-256 of the DER, lowercase hex: what a connection string pins. */
  readonly fingerprint: string
}

const LEAF_EXTENSIONS =
  'basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,IP:127.0.0.1\nauthorityKeyIdentifier=none\n'

export function createAuthority(name = 'Test CA'): Identity {
  return inDirectory((path) => {
    const subject = ['-subj', `/CN=${name}`, '-days', '30']
    openssl('req', '-x509', ...newKey(path('key')), ...subject, '-out', path('cert'))
    return identity(path)
  })
}

/** A certificate for `localhost` and `127.0.0.1`, signed by `authority`. */
export function createLeaf(authority: Identity): Identity {
  return inDirectory((path) => {
    writeFileSync(path('ca.cert'), authority.cert)
    writeFileSync(path('ca.key'), authority.key)
    writeFileSync(path('extensions'), LEAF_EXTENSIONS)
    openssl('req', ...newKey(path('key')), '-subj', '/CN=localhost', '-out', path('request'))
    const by = ['-CA', path('ca.cert'), '-CAkey', path('ca.key'), '-set_serial', '7', '-days', '30']
    openssl('x509', '-req', '-in', path('request'), ...by, '-extfile', path('extensions'), '-out', path('cert'))
    return identity(path)
  })
}

function newKey(file: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file]
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' })
}

function identity(path: (name: string) => string): Identity {
  const cert = readFileSync(path('cert'), 'utf8')
  const fingerprint = new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase()
  return { cert, key: readFileSync(path('key'), 'utf8'), fingerprint }
}

function inDirectory<T>(run: (path: (name: string) => string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'tunnel-certificates-'))
  try {
    return run((name) => join(directory, name))
  } finally {
    rmSync(directory, { recursive: true })
  }
}
