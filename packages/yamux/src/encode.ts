import { VERSION } from './frame.ts'

/** Writes the 12 bytes of a header at `at`. */
export function writeHeader(
  view: DataView,
  at: number,
  type: number,
  flags: number,
  streamId: number,
  length: number,
): void {
  view.setUint32(at, (VERSION << 24) | (type << 16) | flags)
  view.setUint32(at + 4, streamId)
  view.setUint32(at + 8, length)
}
