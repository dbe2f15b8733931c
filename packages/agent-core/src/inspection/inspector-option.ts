import { TunnelError } from '@tunnel/protocol'
import type { TrafficInspector } from './inspector.ts'

/** What `inspect: true` needs; not a dependency, so that nobody installs it for nothing. */
const PACKAGE = '@tunnel/inspector'

/** The inspector that an option asks for. Rejects with {@link TunnelError} 813 where the package is not installed. */
export async function inspectorOf(
  option: boolean | TrafficInspector | undefined,
): Promise<TrafficInspector | undefined> {
  if (!option) return undefined
  if (option !== true) return option
  let found: { defaultInspector(): Promise<TrafficInspector> }
  try {
    // A name that no bundler follows.
    found = await import(PACKAGE as string)
  } catch (cause) {
    const { message: why } = cause as Error
    const message = why.includes(`'${PACKAGE}'`)
      ? `option inspect needs the package ${PACKAGE}: npm install ${PACKAGE}, or give an inspector`
      : `option inspect: the package ${PACKAGE} cannot be loaded: ${why}`
    throw new TunnelError(813, message, { cause })
  }
  return found.defaultInspector()
}
