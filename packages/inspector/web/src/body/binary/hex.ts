export const HEX_ROW_BYTES = 16

export interface HexRow {
  /** Eight digits. */
  readonly offset: string
  readonly hex: string
  readonly ascii: string
}

/** One row of a dump in the form that `hexdump -C` gives it. */
export function hexRow(bytes: Uint8Array, row: number): HexRow {
  const start = row * HEX_ROW_BYTES
  const part = bytes.subarray(start, start + HEX_ROW_BYTES)
  const pairs = Array.from(part, (byte) => byte.toString(16).padStart(2, '0'))
  const half = HEX_ROW_BYTES / 2
  return {
    offset: start.toString(16).padStart(8, '0'),
    hex: `${pairs.slice(0, half).join(' ')}  ${pairs.slice(half).join(' ')}`.trimEnd(),
    ascii: Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
  }
}

export const hexRowCount = (bytes: Uint8Array): number => Math.ceil(bytes.length / HEX_ROW_BYTES)
