import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { RawConnection } from '../../harness/raw-connection.ts'
import { within } from '../../harness/until.ts'

/** Another visitor than everybody else, who come from 127.0.0.1. */
export const OTHER_ADDRESS = '127.0.0.2'

/** A plain TCP connection to loopback that comes from an address of loopback. */
export async function openFrom(localAddress: string, port: number): Promise<RawConnection> {
  const socket: Socket = connect({ host: '127.0.0.1', port, localAddress, allowHalfOpen: true, noDelay: true })
  const connection = new RawConnection(socket)
  onTestFinished(() => void socket.destroy())
  await within(once(socket, 'connect'), `a connection from ${localAddress}`)
  return connection
}
