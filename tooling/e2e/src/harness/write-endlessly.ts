import type { Writable } from 'node:stream'

const BLOCK = Buffer.alloc(65_536)

/** Writes as fast as `out` takes it, for as long as it is open. `onWritten` is told of each block, before it is written. */
export function writeEndlessly(
  out: Writable,
  onWritten: (bytes: number) => void = () => {},
  block: Buffer = BLOCK,
): void {
  const more = (): void => {
    do onWritten(block.length)
    while (out.write(block))
  }
  out.on('drain', more)
  more()
}
