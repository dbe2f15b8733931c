/** One part of a multipart body. */
export interface Part {
  /** Of its `content-disposition`. */
  readonly name: string
  readonly fileName?: string
  readonly contentType?: string
  readonly body: Uint8Array
}

/** More parts than these are not shown. */
export const MAX_PARTS = 1_000
/** A head of a part beyond this is no head. */
const MAX_PART_HEAD_BYTES = 16_384

const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder()

/** The boundary that a content type names. */
export function boundaryOf(contentType: string): string | undefined {
  const found = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(contentType)
  return found?.[1] ?? found?.[2]
}

/** The parts of a body (RFC 2046 §5.1). A last part that is not closed, as in a truncated capture, is given as far as it goes. */
export function multipartParts(body: Uint8Array, boundary: string): Part[] {
  const delimiter = new TextEncoder().encode(`\r\n--${boundary}`)
  const parts: Part[] = []
  // The first delimiter has no line before it.
  let at = startsWith(body, delimiter.subarray(2), 0) ? delimiter.length - 2 : after(body, delimiter, 0)
  while (at !== undefined && parts.length < MAX_PARTS && !startsWith(body, [0x2d, 0x2d], at)) {
    const head = indexOf(body, [13, 10], at)
    if (head === -1) break
    const end = indexOf(body, delimiter, head)
    const part = partOf(body.subarray(head + 2, end === -1 ? body.length : Math.max(end, head + 2)))
    if (part) parts.push(part)
    at = end === -1 ? undefined : end + delimiter.length
  }
  return parts
}

function partOf(bytes: Uint8Array): Part | undefined {
  const noHead = startsWith(bytes, [13, 10], 0)
  const end = noHead ? 0 : indexOf(bytes.subarray(0, MAX_PART_HEAD_BYTES), [13, 10, 13, 10], 0)
  if (end === -1) return undefined
  const headers = headersOf(utf8.decode(bytes.subarray(0, end)))
  const disposition = headers.get('content-disposition') ?? ''
  const fileName = parameter(disposition, 'filename')
  const contentType = headers.get('content-type')
  return {
    name: parameter(disposition, 'name') ?? '',
    ...(fileName !== undefined && { fileName }),
    ...(contentType !== undefined && { contentType }),
    body: bytes.subarray(end + (noHead ? 2 : 4)),
  }
}

function headersOf(head: string): Map<string, string> {
  const headers = new Map<string, string>()
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  return headers
}

/** Browsers write `"` in a file name as `%22`. */
function parameter(value: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(value)
  return (found?.[1]?.replace(/\\(.)/g, '$1') ?? found?.[2])?.replaceAll('%22', '"')
}

function startsWith(bytes: Uint8Array, what: ArrayLike<number>, at: number): boolean {
  for (let index = 0; index < what.length; index++) if (bytes[at + index] !== what[index]) return false
  return true
}

function indexOf(bytes: Uint8Array, what: ArrayLike<number>, from: number): number {
  for (let at = bytes.indexOf(what[0] ?? 0, from); at !== -1; at = bytes.indexOf(what[0] ?? 0, at + 1)) {
    if (startsWith(bytes, what, at)) return at
  }
  return -1
}

function after(bytes: Uint8Array, what: ArrayLike<number>, from: number): number | undefined {
  const found = indexOf(bytes, what, from)
  return found === -1 ? undefined : found + what.length
}

/** The text of a part that is a field and no file. */
export function fieldText(part: Part): string {
  return /charset=(?:iso-8859-1|latin1)/i.test(part.contentType ?? '')
    ? latin1.decode(part.body)
    : utf8.decode(part.body)
}
