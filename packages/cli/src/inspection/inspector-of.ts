import type { AgentConfig } from '@tunnel/agent-config'
import type { Inspector } from '@tunnel/inspector'
import { CliError } from '../cli-error.ts'

/** The inspector that the settings ask for. Rejects with `ERR_CLI_INSPECTOR`, naming the setting that is in its way. */
export async function inspectorOf({ inspector: settings }: AgentConfig): Promise<Inspector> {
  const { dbSizeBytes, localStorage, redact, spool } = settings
  const { compileRedaction, Inspector, Spool } = await import('@tunnel/inspector')
  const maxBytes = dbSizeBytes < 0 || !localStorage ? 0 : dbSizeBytes || undefined
  const inspector = new Inspector({
    limits: maxBytes === undefined ? {} : { maxBytes },
    redact: redact && (await named('inspect_redact', compileRedaction(redact))),
  })
  if (!spool || maxBytes === 0) return inspector
  const { directory, sizeBytes } = spool
  inspector.spool = await named('inspect_spool', Spool.open({ directory, maxBytes: sizeBytes || undefined }))
  inspector.spool.attach(inspector.store)
  return inspector
}

async function named<T>(setting: string, made: Promise<T>): Promise<T> {
  try {
    return await made
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    if (!code?.startsWith('ERR_INSPECTOR_')) throw cause
    throw new CliError('ERR_CLI_INSPECTOR', `${setting}: ${message}`, { cause })
  }
}
