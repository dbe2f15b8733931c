import type { StreamHeader } from '@tunnel/protocol'
import type { ForwardEvents } from '../upstream/forward-stream.ts'
import { BytesTap } from './bytes-tap.ts'
import { HttpTap } from './http-tap.ts'
import type { OpenTap } from './stream-tap.ts'

/** How a stream with this header is looked at; `undefined` where nobody asked to. */
export function tapOpener({ observe, observeConnection }: ForwardEvents, header: StreamHeader): OpenTap | undefined {
  if (header.protocol === 'http') return observe && ((inject) => new HttpTap(observe, inject))
  const observer = observeConnection?.({
    visitorAddress: header.visitorAddress,
    protocol: header.protocol,
    serverName: header.tls?.serverName ?? '',
  })
  return observer && (() => new BytesTap(observer))
}
