/** What the operating system is told to run, all paths absolute. */
export interface ServiceSettings {
  /** The program and its first arguments: `node /opt/tunnel/bin/tunnel.mjs`. */
  readonly program: readonly [string, ...string[]]
  readonly configs: readonly string[]
}

export type ServiceAction = 'install' | 'uninstall' | 'start' | 'stop' | 'restart' | 'status'

/** A command and its arguments; nothing goes through a shell. */
export type ServiceCommand = readonly [string, ...string[]]

/** How one operating system is told of the service. Pure: files and commands are data. */
export interface ServicePlan {
  /** How the operating system calls what runs services. */
  readonly manager: string
  /** Where the definition lies while the service is installed. */
  readonly path: string
  definition(settings: ServiceSettings): string
  /** With a byte order mark, as Windows wants it. @default utf8 */
  readonly encoding?: 'utf16le'
  /** In order; the definition is written before those of `install` and removed before the last one of `uninstall`. */
  readonly commands: Readonly<Record<ServiceAction, readonly ServiceCommand[]>>
}

/** Also what is shown by the operating system's own tools. */
export const SERVICE_NAME = 'tunnel'
export const SERVICE_DESCRIPTION = 'tunnel agent'

/** What runs, argument by argument. */
export function serviceArguments({ program, configs }: ServiceSettings): [string, ...string[]] {
  return [...program, 'service', 'run', ...configs.flatMap((path) => ['--config', path])]
}
