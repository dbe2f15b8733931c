import type { Writable } from 'node:stream'

const BLOCK = Buffer.alloc(65_536)

/** Writes as fast as `out` takes it, for as long as it is open. `onWritten` is told of each block, before it is written. */
export function writeEndlessly(out: Writable, onWritten: (bytes: number) => void = () => {}): void {
  const more = (): void => {
    do onWritten(BLOCK.length)
    while (out.write(BLOCK))
  }
  out.on('drain', more)
  more()
}
