/**
 * The directory that an upstream `file://…` names, absolute, in the words of the system that it is of; or why it names none. `undefined`: not a file address.
 * Windows paths come as `file:///C:/dir`, `file:///C:\dir`, `file://C:\dir` and `C:\dir` (reference agent.md §2.1). Percent-encoding is undone,
 * since browsers and editors copy such addresses; a `?` or `#` is part of a name, for a directory has neither query nor fragment.
 */
export function directoryOfFileUrl(text: string): { path: string } | { wrong: string } | undefined {
  if (/^[a-z]:\\/i.test(text)) return checked(text)
  const rest = /^file:(.*)$/is.exec(text)?.[1]
  if (rest === undefined) return undefined
  const path = decoded(rest.replace(/^\/\/(?:localhost(?=\/))?/i, ''))
  if (path === undefined) return { wrong: 'a % in it begins no percent-encoding; write it as %25' }
  const windows = /^\/?([a-z]:[\\/].*)$/is.exec(path)?.[1]
  if (windows !== undefined) return checked(windows)
  if (path.startsWith('/') && !path.startsWith('//')) return checked(path)
  return { wrong: 'a file address is absolute and of this machine' }
}

/** As shown to people, one form for all: `file:///srv/www`, `file:///C:/Users/alan`. */
export function fileUrlOf(path: string): string {
  return path.startsWith('/') ? `file://${path}` : `file:///${path.replaceAll('\\', '/')}`
}

function checked(path: string): { path: string } | { wrong: string } {
  return path.includes('\0') ? { wrong: 'it contains a NUL' } : { path }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
