import { chmod, chown, readFile, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Peer } from '../peer.ts'
import type { Children } from '../process.ts'
import { freePort, loopbackTarget, waitForPort } from '../target.ts'

/** OpenSSH with the ciphers that it chooses by default; its own server, keys and configuration, nothing of the user's. */
export const sshReverse: Peer = {
  name: 'ssh',
  link: 'encrypted',
  needs: ['sshd', 'ssh', 'ssh-keygen'],
  async start({ upstreamPort, children, signal }) {
    const sshPort = await freePort()
    const publicPort = await freePort()
    const { uid, gid, username } = await unprivilegedUser()
    await writeKeysAndConfig(children, sshPort, signal)
    for (const name of ['host_key', 'user_key']) await chown(join(children.dir, name), uid, gid)

    children.startFront(['sshd', '-D', '-e', '-f', join(children.dir, 'sshd_config')], { uid, gid })
    await waitForPort(sshPort, children, signal)
    children.start(
      [
        'ssh',
        '-F',
        'ssh_config',
        '-N',
        '-R',
        `127.0.0.1:${publicPort}:127.0.0.1:${upstreamPort}`,
        `${username}@127.0.0.1`,
      ],
      { uid, gid },
    )
    return loopbackTarget(publicPort)
  },
}

interface User {
  readonly uid: number
  readonly gid: number
  readonly username: string
}

/**
 * As root, sshd wants the system's /run/sshd; as anybody else it needs nothing of the system, and serves that user only.
 * Not `nobody`: where systemd answers for it, that account is locked.
 */
async function unprivilegedUser(): Promise<User> {
  const self = userInfo()
  if (self.uid !== 0) return self
  const entry = /^daemon:.*$/m.exec(await readFile('/etc/passwd', 'utf8'))?.[0] ?? ''
  const [username, , uid, gid] = entry.split(':')
  if (!username) throw new Error('running as root, and there is no user daemon to run sshd as')
  return { username, uid: Number(uid), gid: Number(gid) }
}

async function writeKeysAndConfig(children: Children, sshPort: number, signal: AbortSignal): Promise<void> {
  const path = (name: string) => join(children.dir, name)
  for (const name of ['host_key', 'user_key']) {
    await children.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path(name)], signal)
  }
  const publicKey = (name: string) => readFile(path(`${name}.pub`), 'utf8')
  await writeFile(path('authorized_keys'), await publicKey('user_key'))
  await writeFile(path('known_hosts'), `[127.0.0.1]:${sshPort} ${await publicKey('host_key')}`)
  await writeFile(
    path('sshd_config'),
    `ListenAddress 127.0.0.1:${sshPort}
HostKey ${path('host_key')}
PidFile none
AuthorizedKeysFile ${path('authorized_keys')}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding remote
LogLevel ERROR
`,
  )
  await writeFile(
    path('ssh_config'),
    `Port ${sshPort}
IdentityFile ${path('user_key')}
IdentitiesOnly yes
IdentityAgent none
BatchMode yes
StrictHostKeyChecking yes
UserKnownHostsFile ${path('known_hosts')}
GlobalKnownHostsFile /dev/null
ExitOnForwardFailure yes
LogLevel ERROR
`,
  )
  await chmod(children.dir, 0o755)
}
