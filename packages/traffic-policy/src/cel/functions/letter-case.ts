const ASCII = /^\p{ASCII}*$/u

/** Unicode's one-to-one mapping as Go has it: `İ` becomes `i`, `ß` stays `ß`. Reference §2.3 */
export function lower(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return mapped(text, (point) => {
    const lowered = point.toLowerCase()
    return Array.from(lowered)[0] ?? point
  })
}

export function upper(text: string): string {
  if (ASCII.test(text)) return text.toUpperCase()
  return mapped(text, (point) => {
    const raised = point.toUpperCase()
    return raised.length === point.length ? raised : point
  })
}

const mapped = (text: string, map: (point: string) => string): string => Array.from(text, map).join('')
