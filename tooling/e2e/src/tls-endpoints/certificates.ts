import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../harness/temporary-directory.ts'

/** Tests that make certificates are skipped where this is false. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

export interface CertificateFiles {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

export function createAuthority(name: string): CertificateFiles {
  const files = newFiles()
  openssl('req', '-x509', ...newKey(files.keyFile), '-subj', `/CN=${name}`, '-days', '30', '-out', files.certFile)
  return read(files)
}

/** A certificate for `names`, signed by `authority`; its subject is the first of them. Into the files of another one, when given. */
export function createLeaf(authority: CertificateFiles, names: readonly string[], into = newFiles()): CertificateFiles {
  const directory = temporaryDirectory()
  const request = join(directory, 'request.pem')
  const extensions = join(directory, 'extensions')
  writeFileSync(extensions, `basicConstraints=CA:FALSE\nsubjectAltName=${names.map((name) => `DNS:${name}`).join()}\n`)
  openssl('req', ...newKey(into.keyFile), '-subj', `/CN=${names[0]}/O=Tunnel tests`, '-out', request)
  const by = ['-CA', authority.certFile, '-CAkey', authority.keyFile, '-CAcreateserial', '-days', '30']
  openssl('x509', '-req', '-in', request, ...by, '-extfile', extensions, '-out', into.certFile)
  return read(into)
}

type Paths = Pick<CertificateFiles, 'certFile' | 'keyFile'>

function newFiles(): Paths {
  const directory = temporaryDirectory()
  return { certFile: join(directory, 'cert.pem'), keyFile: join(directory, 'key.pem') }
}

function read({ certFile, keyFile }: Paths): CertificateFiles {
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}

function newKey(file: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file]
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' })
}
