import type { Socket } from 'node:net'

/**
 * Resets a connection. While its FIN is leaving Node cannot: it reports EINVAL, never closes the handle and never says `close`
 * (nodejs 20.20, `uv_tcp_close_reset` on a handle that shuts down).
 */
export function resetSocket(socket: Socket): void {
  const finIsLeaving = socket.writableEnded && socket.writableLength === 0 && !socket.writableFinished
  if (finIsLeaving) socket.once('finish', () => setImmediate(() => socket.resetAndDestroy()))
  else socket.resetAndDestroy()
}
