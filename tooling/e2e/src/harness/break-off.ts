import type { Socket } from 'node:net'

/** Resets a connection; one whose FIN may be leaving is destroyed, because Node fails to reset it and keeps its handle (nodejs 20.20). */
export function breakOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
