/** Names below the served directory, decoded, and whether the path ended in a slash. */
export interface RequestPath {
  readonly names: readonly string[]
  readonly endsInSlash: boolean
}

/**
 * The path of a request target, as names that lead downwards only. `undefined` for one that could lead anywhere else, however it is written: `..`, a
 * slash or backslash within a name, a NUL, a Windows drive or stream (`:`, where `separator` is Windows'), or percent-encoding that is none.
 */
export function requestPath(target: string, separator: '/' | '\\'): RequestPath | undefined {
  const path = target.replace(/[?#].*$/s, '')
  if (!path.startsWith('/')) return undefined
  const names: string[] = []
  for (const part of path.split('/')) {
    const name = decoded(part)
    if (name === undefined || isForbidden(name, separator)) return undefined
    if (name !== '' && name !== '.') names.push(name)
  }
  return { names, endsInSlash: /\/(\.|%2e)?$/i.test(path) }
}

/** The path that is right for a directory: relative names in it lead to its entries. */
export function directoryPath(names: readonly string[]): string {
  return `/${names.map((name) => `${encodeURIComponent(name)}/`).join('')}`
}

function isForbidden(name: string, separator: '/' | '\\'): boolean {
  if (name === '..' || name.includes('/') || name.includes('\0')) return true
  // Windows drops trailing dots and spaces: `.. ` is `..` there.
  return separator === '\\' && (/[\\:]/.test(name) || /[. ]$/.test(name.replace(/^\.$/, '')))
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
