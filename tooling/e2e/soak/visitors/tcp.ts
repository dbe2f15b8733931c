import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Site } from '../site.ts'

const BYTES = 200_000

/** Bytes there and back over a TCP endpoint. */
export async function talkOverTcp({ tcp }: Site): Promise<void> {
  const socket = connect(Number(tcp.port), '127.0.0.1')
  const body = randomBytes(BYTES)
  socket.end(body)
  const echo = await buffer(socket)
  if (!echo.equals(body)) throw new Error(`${echo.length} bytes came back that are not the ${BYTES} that were sent`)
}
