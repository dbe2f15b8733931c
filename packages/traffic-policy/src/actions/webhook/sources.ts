import { fieldValues, firstField } from '../header-fields.ts'
import { formFields, jsonBody, type WebhookDelivery } from './delivery.ts'

/** Signatures that a delivery carries, as texts; none if it lacks them. */
export type Signatures = (delivery: WebhookDelivery) => string[]
/** One text of a delivery. */
export type Text = (delivery: WebhookDelivery) => string | undefined

/** Signatures of one delivery that are compared. */
const MAX_SIGNATURES = 100
/** Members of one signature header that are read. */
const MAX_MEMBERS = 100

/** The values of headers, without a prefix that they must have. */
export function plain(header: string | readonly string[], prefix = ''): Signatures {
  const names = typeof header === 'string' ? [header] : header
  return ({ headers }) =>
    names
      .flatMap((name) => fieldValues(headers, name))
      .filter((value) => value.startsWith(prefix))
      .map((value) => value.slice(prefix.length))
}

/** The values of `key=value` members of a header: `t=1,v1=abc`. */
export function pairs(header: string | readonly string[], keys: string | readonly string[]): Signatures {
  const names = typeof header === 'string' ? [header] : header
  const wanted = typeof keys === 'string' ? [keys] : keys
  return ({ headers }) =>
    names
      .flatMap((name) => fieldValues(headers, name))
      .flatMap((value) => membersOf(value, wanted))
      .slice(0, MAX_SIGNATURES)
}

/** The values of `tag,value` members, with spaces between them: `v1,abc v1,def`. */
export function tagged(header: string, tag: string): Signatures {
  return ({ headers }) =>
    fieldValues(headers, header)
      .flatMap((value) => value.split(' ', MAX_MEMBERS))
      .filter((member) => member.startsWith(`${tag},`))
      .map((member) => member.slice(tag.length + 1))
}

/** The values of `name-1`, `name-2` and so on. */
export function numbered(prefix: string): Signatures {
  return ({ headers }) => {
    const found: string[] = []
    for (let at = 0; at < headers.length && found.length < MAX_SIGNATURES; at += 2) {
      const name = headers[at]!.toLowerCase()
      if (name.startsWith(prefix) && /^\d{1,3}$/.test(name.slice(prefix.length))) found.push(headers[at + 1]!)
    }
    return found
  }
}

/** The members of a comma-separated header. */
export function listed(header: string | readonly string[]): Signatures {
  const values = plain(header)
  return (delivery) => values(delivery).flatMap((value) => value.split(',', MAX_MEMBERS).map((member) => member.trim()))
}

/** Signatures only where another header has one of these values; `undefined` among them stands for its absence. */
export function where(header: string, expected: readonly (string | undefined)[], signatures: Signatures): Signatures {
  return (delivery) => (expected.includes(firstField(delivery.headers, header)) ? signatures(delivery) : [])
}

export function header(name: string): Text {
  return ({ headers }) => firstField(headers, name)
}

export function pair(headerName: string | readonly string[], key: string): Text {
  const values = pairs(headerName, key)
  return (delivery) => values(delivery)[0]
}

/** A string or number in the JSON body. */
export function json(...path: readonly string[]): Text {
  return (delivery) => {
    let value: unknown = jsonBody(delivery)
    for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
  }
}

/** A field of a form body. */
export function form(name: string): Text {
  return ({ headers, body }) => {
    if (!firstField(headers, 'content-type')?.toLowerCase().startsWith('application/x-www-form-urlencoded'))
      return undefined
    return formFields(body.toString('utf8'))?.find(([key]) => key === name)?.[1]
  }
}

/** One text as the signature. */
export function of(text: Text): Signatures {
  return (delivery) => {
    const value = text(delivery)
    return value === undefined ? [] : [value]
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function membersOf(value: string, keys: readonly string[]): string[] {
  const found: string[] = []
  for (const member of value.split(',', MAX_MEMBERS)) {
    const equals = member.indexOf('=')
    if (equals > 0 && keys.includes(member.slice(0, equals).trim())) found.push(member.slice(equals + 1).trim())
  }
  return found
}
