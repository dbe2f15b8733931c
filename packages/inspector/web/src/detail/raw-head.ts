import type { Side } from './exchange-side.tsx'

/** The head as it is written on an HTTP/1.1 connection. */
export function rawHead({ side, head }: Side): string {
  const start =
    side === 'request'
      ? `${head.method} ${head.target} HTTP/${head.httpVersion}`
      : `HTTP/${head.httpVersion} ${head.status} ${head.reason}`
  return `${[start, ...head.headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`
}
