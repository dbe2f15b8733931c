/** How a body is shown. */
export type BodyKind = 'empty' | 'json' | 'xml' | 'form' | 'multipart' | 'image' | 'protobuf' | 'text' | 'binary'

/** Goes by the content type; where there is none that says anything, by the bytes. */
export function bodyKind(contentType: string, bytes: Uint8Array): BodyKind {
  if (bytes.length === 0) return 'empty'
  const type = mediaType(contentType)
  const named = namedKind(type)
  // What claims to be text and is none, as a body whose content coding could not be undone, is shown as bytes.
  if (named !== undefined) return textual.has(named) && hasControls(contentType, bytes) ? 'binary' : named
  if (!isText(bytes)) return 'binary'
  return type === '' && /^\s*[{[]/.test(decodeText(contentType, bytes.subarray(0, 64))) ? 'json' : 'text'
}

const textual: ReadonlySet<BodyKind> = new Set(['json', 'xml', 'form', 'text'])

function namedKind(type: string): BodyKind | undefined {
  if (/^application\/json\b|[+/]json$/.test(type)) return 'json'
  if (/^image\//.test(type)) return 'image'
  if (/[+/]xml$/.test(type) && type !== 'application/xhtml+xml') return 'xml'
  if (type === 'application/x-www-form-urlencoded') return 'form'
  if (type.startsWith('multipart/')) return 'multipart'
  if (/protobuf$/.test(type)) return 'protobuf'
  if (type.startsWith('text/') || /javascript|ndjson|yaml|graphql|toml/.test(type)) return 'text'
  return undefined
}

export const mediaType = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()

/** Text in the charset that the content type names; bytes that are none of it become U+FFFD. */
export function decodeText(contentType: string, bytes: Uint8Array): string {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

const EXAMINED_BYTES = 65_536

// biome-ignore lint/suspicious/noControlCharactersInRegex: those that no text has
const control = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/

const hasControls = (contentType: string, bytes: Uint8Array): boolean =>
  control.test(decodeText(contentType, bytes.subarray(0, EXAMINED_BYTES)))

/** UTF-8 without characters that no text has. A last character that was cut does not count. */
export function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, EXAMINED_BYTES), { stream: true })
    return !control.test(text)
  } catch {
    return false
  }
}
