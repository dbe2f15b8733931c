/** A value as a message shows it: text in quotes, and nothing longer than a line. Not for what may be a secret. */
export const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
