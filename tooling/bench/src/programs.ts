import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Debian keeps servers out of an ordinary user's PATH. */
const serverDirs = ['/usr/local/sbin', '/usr/sbin', '/sbin']

const debianPackages: Readonly<Record<string, string>> = {
  wrk: 'wrk',
  nginx: 'nginx-light',
  h2load: 'nghttp2-client',
  openssl: 'openssl',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  sshd: 'openssh-server',
}

export function findProgram(name: string): string | undefined {
  if (isAbsolute(name)) return name
  const dirs = [...(process.env.PATH ?? '').split(delimiter).filter(isAbsolute), ...serverDirs]
  return dirs.map((dir) => join(dir, name)).find(isExecutable)
}

/** Why a run without these programs is impossible, with what to install; `undefined` if all are here. */
export function missingPrograms(names: readonly string[]): string | undefined {
  const missing = names.filter((name) => findProgram(name) === undefined)
  if (missing.length === 0) return undefined
  const packages = new Set(missing.flatMap((name) => debianPackages[name] ?? []))
  const advice = packages.size > 0 ? ` (Debian: apt install ${[...packages].join(' ')})` : ''
  return `${missing.join(', ')} not on PATH${advice}`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
