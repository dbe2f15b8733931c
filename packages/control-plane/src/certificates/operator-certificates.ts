import { ControlPlaneError } from '../errors.ts'
import {
  type CertificateFiles,
  type KeyType,
  type OperatorCertificate,
  operatorCertificateFrom,
  type PemPair,
  readPemPair,
} from './operator-certificate.ts'

/** Files of a certificate with the names that it is served for. */
export interface NamedCertificateFiles extends CertificateFiles {
  /** Host names, a wildcard as `*.example.com`. @default the names in the certificate */
  domains?: readonly string[]
}

/** What became of one pair of files at a reload. */
export type ReloadedFiles =
  | { readonly files: CertificateFiles; readonly served: OperatorCertificate }
  | { readonly files: CertificateFiles; readonly error: unknown }

/**
 * The operator's certificates, found by name: the exact name, then a wildcard one label above. Where two certificates have the
 * same name the earlier one counts.
 */
export class OperatorCertificates {
  #entries: readonly Entry[]
  #byName: ReadonlyMap<string, OperatorCertificate>

  /** Throws `ERR_CONTROL_PLANE_CERTIFICATE_INVALID` for files that cannot be served, and for keys of different types. */
  static async read(files: readonly NamedCertificateFiles[]): Promise<OperatorCertificates | undefined> {
    const entries = await Promise.all(files.map(readEntry))
    const [first] = entries
    if (!first) return undefined
    for (const { files, certificate } of entries) {
      if (certificate.keyType === first.certificate.keyType) continue
      const message = `${files.key}: an ${certificate.keyType} key beside the ${first.certificate.keyType} key ${first.files.key}; all must be of one type`
      throw new ControlPlaneError('ERR_CONTROL_PLANE_CERTIFICATE_INVALID', message)
    }
    return new OperatorCertificates(entries, first.certificate.keyType)
  }

  readonly keyType: KeyType

  private constructor(entries: readonly Entry[], keyType: KeyType) {
    this.keyType = keyType
    this.#entries = entries
    this.#byName = byName(entries)
  }

  find(serverName: string): OperatorCertificate | undefined {
    const exact = this.#byName.get(serverName)
    if (exact) return exact
    const dot = serverName.indexOf('.')
    return dot > 0 ? this.#byName.get(`*${serverName.slice(dot)}`) : undefined
  }

  /** Reads the files again. What cannot be used leaves the one before in service. Resolves to what changed or failed. */
  async reload(): Promise<ReloadedFiles[]> {
    const outcomes: ReloadedFiles[] = []
    const entries = await Promise.all(
      this.#entries.map(async (entry) => {
        try {
          const reread = await this.#reread(entry)
          if (reread !== entry) outcomes.push({ files: entry.files, served: reread.certificate })
          return reread
        } catch (error) {
          outcomes.push({ files: entry.files, error })
          return entry
        }
      }),
    )
    this.#entries = entries
    this.#byName = byName(entries)
    return outcomes
  }

  async #reread(entry: Entry): Promise<Entry> {
    const pair = await readPemPair(entry.files)
    if (pair.chain === entry.pair.chain && pair.key === entry.pair.key) return entry
    const certificate = operatorCertificateFrom(entry.files, pair)
    if (certificate.keyType === this.keyType) return { ...entry, pair, certificate }
    const message = `the new certificate has an ${certificate.keyType} key, the one in use ${this.keyType}: restart the edge to use it`
    throw new ControlPlaneError('ERR_CONTROL_PLANE_CERTIFICATE_INVALID', message)
  }
}

interface Entry {
  readonly files: NamedCertificateFiles
  readonly pair: PemPair
  readonly certificate: OperatorCertificate
}

async function readEntry(files: NamedCertificateFiles): Promise<Entry> {
  const pair = await readPemPair(files)
  return { files, pair, certificate: operatorCertificateFrom(files, pair) }
}

function byName(entries: readonly Entry[]): ReadonlyMap<string, OperatorCertificate> {
  const table = new Map<string, OperatorCertificate>()
  for (const { files, certificate } of entries) {
    for (const name of files.domains ?? certificate.names) {
      const key = name.toLowerCase()
      if (!table.has(key)) table.set(key, certificate)
    }
  }
  return table
}
