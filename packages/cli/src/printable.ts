/** Text from an edge or a file without what would move a terminal's cursor or fake a line of ours. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_C}]/gu, (character) => (character === '\t' ? ' ' : '\uFFFD'))
}
