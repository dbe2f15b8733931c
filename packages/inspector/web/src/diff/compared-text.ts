import { hexRow, hexRowCount } from '../body/binary/hex.ts'
import { bodyKind, decodeText } from '../body/body-kind.ts'
import { prettyJson } from '../body/json/pretty.ts'
import { type Pretty, plainLines } from '../body/lines.ts'
import { prettyXml } from '../body/xml/pretty.ts'

/** Of binary bodies, so many rows of a dump are compared. */
const MAX_HEX_ROWS = 4_096

/** A body as lines that are worth comparing: laid out where it has a layout, a dump where it is no text. */
export function comparedLines(contentType: string, bytes: Uint8Array): string[] {
  const kind = bodyKind(contentType, bytes)
  if (kind === 'empty') return []
  if (kind === 'binary' || kind === 'image' || kind === 'protobuf') {
    return Array.from({ length: Math.min(hexRowCount(bytes), MAX_HEX_ROWS) }, (_, row) => {
      const { offset, hex, ascii } = hexRow(bytes, row)
      return `${offset}  ${hex.padEnd(48)}  ${ascii}`
    })
  }
  const text = decodeText(contentType, bytes)
  if (kind === 'json') return linesOf(prettyJson(text))
  if (kind === 'xml') return linesOf(prettyXml(text))
  return linesOf({ lines: plainLines(text) })
}

const linesOf = ({ lines }: Pretty): string[] =>
  lines.map(({ depth, spans }) => '  '.repeat(depth) + spans.map(({ text }) => text).join(''))
