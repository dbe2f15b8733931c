import type { EdgeSettings } from '@tunnel/edge-config'

/** What went wrong, for a person: no stack, no class names. */
export function failure(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'may not be opened by this user; ports below 1024 need root or CAP_NET_BIND_SERVICE',
  EADDRNOTAVAIL: 'is no address of this machine',
  ENOTFOUND: 'names no address of this machine',
}

/** What an error of a listener means; `undefined` for one of another kind. */
export function listenReason({ code = '' }: NodeJS.ErrnoException): string | undefined {
  return reasons[code]
}

/** A listener's error, with the setting that named its address. */
export function listenFailure(cause: unknown, settings: EdgeSettings): unknown {
  const { code = '', port } = cause as NodeJS.ErrnoException & { port?: number }
  const reason = reasons[code]
  if (!reason) return cause
  const isHttp = settings.httpAddr !== undefined && settings.httpAddr.port === port
  const { host = '', port: asked } = (isHttp ? settings.httpAddr : settings.httpsAddr) ?? { port }
  const shownHost = host.includes(':') ? `[${host}]` : host
  return new Error(`${isHttp ? 'http_addr' : 'https_addr'} ${shownHost}:${asked} ${reason}`, { cause })
}
