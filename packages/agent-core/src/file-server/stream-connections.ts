import type { Server } from 'node:http'
import { STREAM_ACCEPTED } from '@tunnel/protocol'
import { tapOpener } from '../inspection/tap-opener.ts'
import { tapServerStream } from '../inspection/tap-server-stream.ts'
import type { StreamHandler } from '../listener.ts'
import type { ForwardEvents } from '../upstream/forward-stream.ts'
import { flowOnceHeard, visitorSocket } from '../visitor-socket.ts'

/** Streams of the edge as connections of a server in this process. */
export function asConnectionsOf(server: Server, events: ForwardEvents): StreamHandler {
  return (stream, header, first) => {
    const socket = visitorSocket(stream, header, first)
    const startedAt = performance.now()
    const headerBytes = stream.bytesRead - first.length
    socket.once('close', () => {
      const durationMs = performance.now() - startedAt
      const bytesOut = Math.max(0, stream.bytesWritten - STREAM_ACCEPTED.length)
      events.onClosed?.({ durationMs, bytesIn: stream.bytesRead - headerBytes, bytesOut })
    })
    socket.write(STREAM_ACCEPTED)
    const openTap = tapOpener(events, header)
    if (openTap) tapServerStream(stream, openTap)
    events.onOpened?.(header.visitorAddress)
    server.emit('connection', socket)
    flowOnceHeard(socket)
  }
}
