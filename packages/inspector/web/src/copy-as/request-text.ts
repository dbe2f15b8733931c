/** A request as the "copy as" texts see it. */
export interface CopiedRequest {
  readonly method: string
  /** Absolute, as a visitor wrote it. */
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** The client that sends the copy writes these itself. */
const framing = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * The headers that a copy repeats. Names that are no tokens stay out: an imported capture may hold anything, and `curl -H @file`
 * and `http @file` would read a file of whoever pastes it.
 */
export function copiedHeaders(request: CopiedRequest): [name: string, value: string][] {
  const host = new URL(request.url).host
  return request.headers
    .filter(([name, value]) => {
      if (!token.test(name) || /[\0\r\n]/.test(value)) return false
      const lower = name.toLowerCase()
      return lower === 'host' ? value.toLowerCase() !== host.toLowerCase() : !framing.has(lower)
    })
    .map(([name, value]) => [name, value])
}

/** A method that is no token could say more to a program than a method: it is left out. */
export function copiedMethod({ method }: CopiedRequest): string {
  return token.test(method) && !method.startsWith('-') ? method : 'GET'
}

/** The body where it is text that a terminal and an editor carry unharmed, else undefined. */
export function textOf(body: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a terminal would act on
    return /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

const BASE64_CHUNK_BYTES = 0x8000

export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += BASE64_CHUNK_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + BASE64_CHUNK_BYTES))
  }
  return btoa(binary)
}
