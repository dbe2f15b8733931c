import type { HeaderList } from '@tunnel/http'

/** The first value of a field, by its lowercase name; empty when it is absent. */
export function fieldOf(headers: HeaderList, name: string): string {
  for (let i = 0; i < headers.length; i += 2) {
    const candidate = headers[i] as string
    if (candidate.length === name.length && candidate.toLowerCase() === name) return headers[i + 1] as string
  }
  return ''
}

export const acceptOf = (headers: HeaderList): string => fieldOf(headers, 'accept')
