import { HOST } from './case.ts'

export type Fields = readonly (readonly [name: string, value: string])[]

export interface Http2Case {
  readonly name: string
  readonly fields: Fields
  /** DATA frames; the last one ends the stream. None: the head does. */
  readonly data?: readonly string[]
  readonly trailers?: Fields
  /** A status, or that the stream or connection was reset; and then what the upstream understood. */
  readonly verdict: number | 'reset'
  /** `METHOD target "body"` and the fields that the case is about, if the upstream was to see it. */
  readonly understood?: string
}

/** A request with fields after its pseudo-fields, any of which may be given anew. */
export function fieldsOf(
  more: Fields = [],
  pseudo: { method?: string; scheme?: string; path?: string; authority?: string } = {},
): Fields {
  const { method = 'GET', scheme = 'https', path = '/', authority = HOST } = pseudo
  return [[':method', method], [':scheme', scheme], [':path', path], [':authority', authority], ...more]
}
