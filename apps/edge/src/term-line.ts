/** A JSON log record as one line for people: time, level, message, fields. */
export function termLine(record: string): string {
  const { level, time, msg, ...fields } = JSON.parse(record) as Record<string, unknown>
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`)
  return `${[String(time).slice(11, 19), String(level).toUpperCase().padEnd(5), msg, ...shown].join(' ')}\n`
}

function fieldText(value: unknown): string {
  return typeof value === 'string' && /^[\w.:/@-]+$/.test(value) ? value : JSON.stringify(value)
}
