/**
 * The items of a list flag, between commas. One with a comma of its own stands in double quotes, and a quote within it twice:
 * `'"x-a: 1, 2",x-b: 3'`. `undefined` for a quote without its end.
 */
export function csvItems(text: string): string[] | undefined {
  const items: string[] = []
  for (let at = 0; at <= text.length; at++) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(?=,|$)/.exec(text.slice(at))
    if (!quoted && /^\s*"/.test(text.slice(at))) return undefined
    const item = quoted?.[0] ?? text.slice(at).split(',', 1)[0]!
    items.push(quoted ? quoted[1]!.replaceAll('""', '"') : item)
    at += item.length
  }
  return items
}
