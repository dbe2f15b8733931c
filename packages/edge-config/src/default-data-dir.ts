import { posix, win32 } from 'node:path'
import type { Environment } from './read-environment.ts'

/** The machine, as far as the place of a directory depends on it. */
export interface Machine {
  readonly platform: NodeJS.Platform
  readonly homedir: string
  readonly env: Environment
}

/**
 * `~/.local/share/tunnel-edge` (or `$XDG_DATA_HOME/tunnel-edge`), on macOS `~/Library/Application Support/tunnel-edge`,
 * on Windows `%LocalAppData%\tunnel-edge`.
 */
export const defaultDataDir = ({ platform, homedir, env }: Machine): string => {
  if (platform === 'win32')
    return win32.join(env.LOCALAPPDATA || win32.join(homedir, 'AppData', 'Local'), 'tunnel-edge')
  if (platform === 'darwin') return posix.join(homedir, 'Library', 'Application Support', 'tunnel-edge')
  // The XDG specification: a relative path is invalid and must be ignored.
  const xdg = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : posix.join(homedir, '.local', 'share')
  return posix.join(xdg, 'tunnel-edge')
}
