import { CliError } from '../cli-error.ts'
import { CLI_VERSION } from '../version.ts'
import { isNewer, isVersion } from './is-newer.ts'

export type UpdateChannel = 'stable' | 'unstable' | 'beta'

/** The registry's own names. */
const TAGS: Readonly<Record<UpdateChannel, string>> = { stable: 'latest', unstable: 'unstable', beta: 'beta' }

/** The tags of the package and the version that each stands for: a short document. */
export const DEFAULT_UPDATE_URL = 'https://registry.npmjs.org/-/package/@tunnel%2fcli/dist-tags'

const MAX_DOCUMENT_BYTES = 1024 * 1024
const DEFAULT_TIMEOUT_MS = 10_000

export interface UpdateQuery {
  readonly channel: UpdateChannel
  /** @default {@link DEFAULT_UPDATE_URL} */
  readonly url?: string | undefined
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks which version is the newest of a channel; `undefined` where this one is not older. The answer is JSON: a version for each tag, alone or as
 * `dist-tags` of a package's document. Rejects with `ERR_CLI_UPDATE`, whatever goes wrong. Installs nothing.
 */
export async function newestVersion(query: UpdateQuery): Promise<string | undefined> {
  const { channel, url = DEFAULT_UPDATE_URL } = query
  const tags = await tagsAt(url, query)
  const version = tags[TAGS[channel]] ?? tags[channel]
  if (typeof version !== 'string' || !isVersion(version))
    throw wrong(url, `it names no version of the channel ${channel}`)
  return isNewer(version, CLI_VERSION) ? version : undefined
}

async function tagsAt(url: string, query: UpdateQuery): Promise<Record<string, unknown>> {
  if (!URL.canParse(url)) throw wrong(url, 'it is not a URL')
  if (new URL(url).username !== '') throw wrong(url, 'user and password in a URL are not supported')
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal = new AbortController().signal } = query
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    const document: unknown = JSON.parse(await boundedText(response))
    const tags = (document as { 'dist-tags'?: unknown } | null)?.['dist-tags'] ?? document
    return typeof tags === 'object' && tags !== null ? (tags as Record<string, unknown>) : {}
  } catch (cause) {
    signal.throwIfAborted()
    throw wrong(url, reasonOf(cause, timeoutMs), cause)
  }
}

async function boundedText(response: Response): Promise<string> {
  if (!response.ok) throw new Error(`it answered ${response.status}`)
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > MAX_DOCUMENT_BYTES) throw new Error(`its answer is longer than ${MAX_DOCUMENT_BYTES} bytes`)
  }
  return text
}

function wrong(url: string, why: string, cause?: unknown): CliError {
  // A URL may hold a credential before its host, and in its query.
  const shown = URL.canParse(url) ? new URL(url).origin : 'the configured URL'
  return new CliError('ERR_CLI_UPDATE', `cannot tell the newest version, of ${shown}: ${why}`, { cause })
}

function reasonOf(cause: unknown, timeoutMs: number): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  if (cause instanceof SyntaxError) return 'its answer is no JSON'
  const inner = cause.cause as NodeJS.ErrnoException | undefined
  return inner?.code ?? inner?.message ?? cause.message
}
