import { posix, win32 } from 'node:path'

/** The machine, as far as the place of a file depends on it. */
export interface Machine {
  readonly platform: NodeJS.Platform
  /** From the operating system's account (`os.userInfo().homedir`), not from `$HOME`, which sudo may leave as another user's. */
  readonly homedir: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** An empty variable is an unset one. */
const set = (value: string | undefined): string | undefined => (value === '' ? undefined : value)

const configDirectory = ({ platform, homedir, env }: Machine, program: string): string => {
  if (platform === 'win32') {
    return win32.join(set(env.LOCALAPPDATA) ?? win32.join(homedir, 'AppData', 'Local'), program)
  }
  if (platform === 'darwin') return posix.join(homedir, 'Library', 'Application Support', program)
  const xdg = set(env.XDG_CONFIG_HOME)
  // The XDG specification: a relative path is invalid and must be ignored.
  return posix.join(xdg?.startsWith('/') ? xdg : posix.join(homedir, '.config'), program)
}

const joinOn = (platform: NodeJS.Platform) => (platform === 'win32' ? win32.join : posix.join)

/**
 * Where `tunnel.yml` lies unless told otherwise: `~/.config/tunnel/` (or `$XDG_CONFIG_HOME/tunnel/`),
 * on macOS `~/Library/Application Support/tunnel/`, on Windows `%LocalAppData%\tunnel\`.
 */
export const defaultConfigPath = (machine: Machine): string =>
  joinOn(machine.platform)(configDirectory(machine, 'tunnel'), 'tunnel.yml')

/** Where ngrok keeps its file, newest place first: read while there is none of ours, never written. */
export const ngrokConfigPaths = (machine: Machine): readonly string[] => {
  const join = joinOn(machine.platform)
  return [join(configDirectory(machine, 'ngrok'), 'ngrok.yml'), join(machine.homedir, '.ngrok2', 'ngrok.yml')]
}
