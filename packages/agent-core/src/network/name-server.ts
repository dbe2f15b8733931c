import { isIP } from 'node:net'
import { TunnelError } from '@tunnel/protocol'

/** `1.1.1.1`, `1.1.1.1:5353`, `::1` or `[::1]:5353` as Node's resolver takes it. Throws 9034. */
export function parseNameServer(text: string): string {
  if (isIP(text)) return text.includes(':') ? `[${text}]:53` : `${text}:53`
  const match = /^(?:\[([0-9a-f:.]+)\]|([0-9.]+)):(\d{1,5})$/i.exec(text)
  const port = Number(match?.[3])
  if (match && isIP(match[1] ?? match[2] ?? '') && port >= 1 && port <= 65_535) return text
  throw new TunnelError(
    9034,
    `name server ${JSON.stringify(text.slice(0, 100))} is not an IP address with or without a port`,
  )
}
