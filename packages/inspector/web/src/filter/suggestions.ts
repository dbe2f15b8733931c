import { filterFields, filterFlags } from '../../../src/filter.ts'

export interface Suggestion {
  /** What stands in the input when it is chosen. */
  readonly text: string
  readonly hint: string
  /** It is a whole term. */
  readonly whole: boolean
}

const MAX_SUGGESTIONS = 40

const values: Readonly<Record<string, readonly string[]>> = {
  status: [':2xx', ':3xx', ':4xx', ':5xx', ':404', ':500..599', '>=400'],
  method: [':get', ':post', ':put,patch', ':delete'],
  duration: ['>100ms', '>500ms', '>1s', '<10ms'],
  size: ['>10kb', '>1mb', '=0', '<1kb'],
  'request-size': ['>0', '>10kb', '>1mb'],
  messages: ['>0', '>10', '>100'],
  kind: [':http', ':websocket', ':sse', ':grpc', ':tcp', ':tls'],
  type: [':json', ':html', ':image/*', ':javascript'],
  is: filterFlags.map((flag) => `:${flag}`),
}

/** Fields that could be meant by what is typed, and values once a field is. */
export function suggestions(draft: string, headerNames: readonly string[]): Suggestion[] {
  const [, sign = '', name = '', operator] = /^([-!]?)([\w.-]*)\s*([:=<>].*)?$/.exec(draft) ?? []
  if (draft !== '' && sign + name === '') return []
  const fields = operator === undefined ? fieldSuggestions(sign, name.toLowerCase(), headerNames) : []
  return [...fields, ...valueSuggestions(sign, name.toLowerCase(), operator)].slice(0, MAX_SUGGESTIONS)
}

function fieldSuggestions(sign: string, name: string, headerNames: readonly string[]): Suggestion[] {
  const fields = filterFields
    .filter(({ field }) => field !== 'text' && field !== 'header' && field.startsWith(name) && field !== name)
    .map(({ field, example }) => ({
      text: `${sign}${field}${field in values ? '' : ':'}`,
      hint: example,
      whole: false,
    }))
  const headers = headerNames
    .map((header) => `header.${header.toLowerCase()}`)
    .filter((header) => name !== '' && header.includes(name) && header !== name)
    .map((header) => ({ text: `${sign}${header}:`, hint: 'header', whole: false }))
  const first = name === '' ? [{ text: `${sign}header.`, hint: 'header.content-type:json', whole: false }] : []
  return [...fields, ...first, ...headers]
}

function valueSuggestions(sign: string, name: string, operator = ''): Suggestion[] {
  return (values[name] ?? [])
    .filter((value) => value.startsWith(operator) && value !== operator)
    .map((value) => ({ text: `${sign}${name}${value}`, hint: '', whole: true }))
}
