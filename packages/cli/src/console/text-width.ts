/** How many columns of a terminal a text takes, once {@link printable}. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

/**
 * Of one code point: 0 for what joins the one before, 2 for East Asian wide ones and emoji. Where terminals disagree about a sequence, the sum
 * of its parts is not too little, and a line does not run over its end.
 */
export function widthOf(character: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)) return 0
  return isWide(character.codePointAt(0) as number) || /^\p{Emoji_Presentation}$/u.test(character) ? 2 : 1
}

/** Unicode's East_Asian_Width W and F, in whole blocks (UAX #11). */
const WIDE: readonly (readonly [from: number, to: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1b000, 0x1b2ff],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
]

function isWide(code: number): boolean {
  return code >= 0x1100 && WIDE.some(([from, to]) => code >= from && code <= to)
}
