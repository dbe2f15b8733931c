const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** As the text of an XML element. A path cannot hold what XML 1.0 has no way to write but control characters, which become `?`. */
export function xmlText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] as string).replace(/(?![\t\n\r])\p{Cc}/gu, '?')
}
