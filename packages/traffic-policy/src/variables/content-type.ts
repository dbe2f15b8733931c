export interface ContentType {
  /** In lower case, without parameters. */
  readonly mediaType: string
  readonly parameters: ReadonlyMap<string, string>
}

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g

/** @see RFC 9110 §8.3 */
export function parseContentType(raw: string): ContentType {
  const end = raw.indexOf(';')
  const mediaType = (end < 0 ? raw : raw.slice(0, end)).trim().toLowerCase()
  const parameters = new Map<string, string>()
  if (end >= 0) {
    for (const [, name, quoted, plain] of raw.slice(end).matchAll(PARAMETER))
      parameters.set(name!.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain!.trim())
  }
  return { mediaType, parameters }
}
