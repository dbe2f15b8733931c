import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runToEnd } from './process.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const SSHD = '/usr/sbin/sshd'

/** Where there is no OpenSSH its tests are skipped. */
export const hasOpenSsh = existsSync(SSHD) && existsSync('/usr/bin/ssh')

export interface SshServer {
  readonly port: number
  /** Options of `ssh` that make it trust this server and nothing of the user's. */
  readonly clientOptions: readonly string[]
}

/** A real sshd on loopback with keys of its own: one process a connection, so that none is left behind. */
export async function startSshServer(): Promise<SshServer> {
  const directory = temporaryDirectory()
  const file = (name: string): string => join(directory, name)
  for (const name of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)])
  writeFileSync(file('authorized'), execFileSync('cat', [file('user.pub')]))
  chmodSync(file('authorized'), 0o600)
  writeFileSync(
    file('sshd_config'),
    [
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('authorized')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      `PidFile ${file('pid')}`,
      'Subsystem sftp internal-sftp',
    ].join('\n'),
  )
  // OpenSSH wants it there, also where nobody installed the service.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const children = new Set<ChildProcess>()
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const child = spawn(SSHD, ['-i', '-e', '-f', file('sshd_config')], { stdio: [socket, socket, 'ignore'] })
    children.add(child)
    child.once('exit', () => {
      children.delete(child)
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const child of children) child.kill('SIGKILL')
  })
  const clientOptions = [
    ['-F', 'none'],
    ['-i', file('user')],
    ['-l', userInfo().username],
    ...[
      'IdentitiesOnly=yes',
      'StrictHostKeyChecking=accept-new',
      `UserKnownHostsFile=${file('known')}`,
      'BatchMode=yes',
      'LogLevel=ERROR',
    ].map((option) => ['-o', option]),
  ].flat()
  return { port: (server.address() as AddressInfo).port, clientOptions }
}

/** Runs a command over ssh. Resolves to what it printed; rejects with what ssh said when it failed. */
export async function runOverSsh(
  { clientOptions }: SshServer,
  port: number,
  command: string,
  input: Buffer = Buffer.alloc(0),
): Promise<Buffer> {
  return runToEnd('ssh', [...clientOptions, '-p', String(port), '127.0.0.1', command], { input })
}
