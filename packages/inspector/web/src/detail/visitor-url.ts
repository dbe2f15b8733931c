import type { CaptureDetail } from '../../../src/contract.ts'

type Asked = Pick<CaptureDetail, 'url' | 'host' | 'path'>

/** The address that a visitor asked for: scheme of the endpoint, host and path of the request. */
export function visitorUrl({ url, host, path }: Asked): string {
  if (/^https?:\/\//i.test(path) && URL.canParse(path)) return path
  const scheme = /^(?:http|ws|tcp):/i.test(url) ? 'http' : 'https'
  const origin = `${scheme}://${host || url.replace(/^\w+:\/\//, '').replace(/\/.*$/s, '')}`
  const whole = origin + (path.startsWith('/') ? path : '/')
  return URL.canParse(whole) ? whole : `https://localhost${path.startsWith('/') ? path : '/'}`
}
