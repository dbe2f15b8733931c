/** A URL as `fetch` takes it: user and password, which it refuses, are a header. */
export function requestOf(location: string): { url: string; headers: Record<string, string> } {
  const url = new URL(location)
  const { username, password } = url
  url.username = ''
  url.password = ''
  if (username === '' && password === '') return { url: url.href, headers: {} }
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
  return { url: url.href, headers: { authorization: `Basic ${credentials.toString('base64')}` } }
}

/** A path or URL as messages may hold it: without what may be a credential. */
export function shownLocation(location: string): string {
  return location.replace(/\/\/[^/]*@/, '//').replace(/(^https?:[^?]*)\?.*$/is, '$1')
}
