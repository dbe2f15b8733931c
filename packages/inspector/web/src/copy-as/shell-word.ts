/**
 * One word of a POSIX shell that means exactly `text`. Control characters never reach the terminal it is pasted into, where some end a
 * bracketed paste and run the rest: `printf` makes them.
 */
export function shellWord(text: string): string {
  if (/^[\w@%+:,./-]+$/.test(text) && !text.startsWith('-')) return text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that this is about
  if (!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text)) return `'${text.replaceAll("'", `'\\''`)}'`
  // `$(…)` takes line breaks off its end.
  const end = /\n*$/.exec(text)?.[0] ?? ''
  const start = text.slice(0, text.length - end.length)
  const octal = Array.from(new TextEncoder().encode(start), (byte) => `\\0${byte.toString(8).padStart(3, '0')}`)
  return `"$(printf '%b' '${octal.join('')}')"${end && `'${end}'`}`
}

/** A URL with nothing in it that a terminal acts on. */
export function printableUrl(url: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that this is about
  return url.replace(/[\u0000-\u0020\u007f-\u009f]/g, (one) => encodeURIComponent(one))
}

/** A command over several lines. */
export const multiline = (words: readonly string[]): string => words.join(' \\\n  ')
