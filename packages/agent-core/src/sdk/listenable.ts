import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forward } from '../default-session.ts'
import type { Listener } from '../listener.ts'

/** A listener that any server can listen on, as on a path: `server.listen(await listenable())`. */
export type Listenable = Listener & { readonly path: string }

/** Puts an HTTP endpoint online for a server that is yet to listen; its path is a Unix socket, which is gone with it. */
export async function listenable(): Promise<Listenable> {
  const directory = await mkdtemp(join(tmpdir(), 'tunnel-'))
  const path =
    process.platform === 'win32' ? `\\\\.\\pipe\\${directory.split('\\').at(-1)}` : join(directory, 'server.sock')
  const remove = (): void => void rm(directory, { recursive: true, force: true }).catch(() => {})
  try {
    const listener = await forward({ addr: `unix:${path}`, forwards_to: 'this program' })
    listener.once('close', remove)
    return Object.assign(listener, { path })
  } catch (cause) {
    remove()
    throw cause
  }
}
