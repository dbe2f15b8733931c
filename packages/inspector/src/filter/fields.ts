/** What a filter can ask about. `header` stands for any header by its name, `text` for everything of a capture that is text. */
export type FilterField = TextField | NumberField | 'is' | 'header' | 'text'
export type TextField = 'path' | 'host' | 'method' | 'endpoint' | 'kind' | 'type' | 'ip' | 'failure' | 'note'
export type NumberField = 'status' | 'size' | 'request-size' | 'duration' | 'messages'
export type FilterFlag = 'open' | 'failed' | 'pinned' | 'replay' | 'truncated' | 'imported'

export const filterFlags: readonly FilterFlag[] = ['open', 'failed', 'pinned', 'replay', 'truncated', 'imported']

const textFields: readonly TextField[] = ['path', 'host', 'method', 'endpoint', 'kind', 'type', 'ip', 'failure', 'note']
const numberFields: readonly NumberField[] = ['status', 'size', 'request-size', 'duration', 'messages']

/** For a filter bar: every field with one filter as an example. */
export const filterFields: readonly { field: FilterField; example: string }[] = [
  { field: 'path', example: 'path:/api/*' },
  { field: 'status', example: 'status:5xx' },
  { field: 'method', example: 'method:post,put' },
  { field: 'header', example: 'header.content-type:json' },
  { field: 'duration', example: 'duration>500ms' },
  { field: 'size', example: 'size>10kb' },
  { field: 'request-size', example: 'request-size>1mb' },
  { field: 'kind', example: 'kind:websocket' },
  { field: 'host', example: 'host:example' },
  { field: 'endpoint', example: 'endpoint:web' },
  { field: 'type', example: 'type:json' },
  { field: 'ip', example: 'ip:192.0.2.1' },
  { field: 'is', example: 'is:failed' },
  { field: 'messages', example: 'messages>10' },
  { field: 'failure', example: 'failure:timeout' },
  { field: 'note', example: 'note:bug' },
  { field: 'text', example: '"order 42"' },
]

/** The reference's names, written as its chips show them. */
const otherNames: Record<string, FilterField> = {
  statuscode: 'status',
  responsesize: 'size',
  requestsize: 'request-size',
  remoteaddress: 'ip',
}

/** The field that `name` stands for, in any case; `undefined` if none does. */
export function filterFieldFrom(name: string): { field: FilterField; header?: string } | undefined {
  const header = /^headers?\.(.+)$/i.exec(name)?.[1]
  if (header !== undefined) return { field: 'header', header: header.toLowerCase() }
  const lower = name.toLowerCase()
  if (lower === 'is' || lower === 'text') return { field: lower }
  const own = [...textFields, ...numberFields].find((field) => field === lower) ?? otherNames[lower]
  return own && { field: own }
}

export function isNumberField(field: FilterField): field is NumberField {
  return numberFields.some((one) => one === field)
}
