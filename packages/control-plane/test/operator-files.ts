import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CertificateAuthority, keepAuthority } from '../src/certificates/authority.ts'
import type { CertificateFiles } from '../src/index.ts'

export interface OperatorFiles extends CertificateFiles {
  authority: CertificateAuthority
}

/** A certificate as an operator brings it: signed by a CA that the edge does not know. */
export async function operatorFiles(
  directory: string,
  keyType: 'ec' | 'rsa',
  names: readonly [string, ...string[]],
): Promise<OperatorFiles> {
  await mkdir(directory, { recursive: true })
  const ca = { certificate: join(directory, 'ca.pem'), key: join(directory, 'ca-key.pem') }
  const authority = await keepAuthority(ca, 'operator', Date.now())
  const { publicKey, privateKey } =
    keyType === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-384' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const files = { certificate: join(directory, 'fullchain.pem'), key: join(directory, 'privkey.pem') }
  await writeFile(files.certificate, await authority.issue(names, publicKey, Date.now()))
  await writeFile(files.key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return { ...files, authority }
}
