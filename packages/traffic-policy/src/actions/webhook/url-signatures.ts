import { createHash } from 'node:crypto'
import { firstField } from '../header-fields.ts'
import { byName, formFields, queryOf, type WebhookDelivery, withoutQuery } from './delivery.ts'
import type { MessagePart } from './recipe.ts'
import { header } from './sources.ts'

/** The form's fields by name, names and values one after another: Mandrill and Twilio. */
export const sortedForm: MessagePart = ({ body }) => concatenated(formFields(body.toString('utf8')))

/** Twilio: a form's fields, or nothing but a hash of the body in the URL. */
export const twilioBody: MessagePart = (delivery) => {
  const type = (firstField(delivery.headers, 'content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded') return concatenated(formFields(delivery.body.toString('utf8')))
  const hash = formFields(queryOf(delivery.url))?.find(([name]) => name === 'bodySHA256')?.[1]
  if (hash === undefined) return delivery.body.length === 0 ? '' : undefined
  return hash.toLowerCase() === createHash('sha256').update(delivery.body).digest('hex') ? '' : undefined
}

/** A URL with its default port spelled out, and without its port: Twilio signs either. */
export function withAndWithoutPort(url: string): string[] {
  const match = /^(https?):\/\/([^/?#]*?)(:\d+)?([/?#].*)?$/.exec(url)
  if (match === null) return [url]
  const [, scheme, host, port, rest = ''] = match
  const defaultPort = scheme === 'https' ? ':443' : ':80'
  return [url, `${scheme}://${host}${port === undefined ? defaultPort : ''}${rest}`]
}

/** Percent-encoded characters that HubSpot decodes before it signs a URL. */
const HUBSPOT_DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi

export const hubspotUrl: MessagePart = ({ url }) =>
  url.replace(HUBSPOT_DECODED, (encoded) => decodeURIComponent(encoded))

/** Plivo V3: GET signs the URL with its query sorted; POST adds the form, after a dot if there is a query. */
export const plivoUrl: MessagePart = ({ method, url, body }) => {
  const query = formFields(queryOf(url))
  const form = method === 'GET' ? [] : formFields(body.toString('utf8'))
  if (query === undefined || form === undefined) return undefined
  const sortedQuery = query
    .toSorted(byNameAndValue)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const mark = sortedQuery !== '' || form.length > 0 ? '?' : ''
  const dot = sortedQuery !== '' && form.length > 0 ? '.' : ''
  return `${withoutQuery(url)}${mark}${sortedQuery}${dot}${concatenated(form.toSorted(byNameAndValue))}`
}

export const urlWithoutQuery: MessagePart = ({ url }) => withoutQuery(url)

/** Contentful: the headers that it lists, in its order; one that is missing fails. */
export const contentfulHeaders: MessagePart = (delivery) => {
  const names = header('x-contentful-signed-headers')(delivery)?.split(',', 100)
  const lines = names?.map((name) => signedHeader(delivery, name.trim().toLowerCase()))
  return lines?.every((line) => line !== undefined) ? lines.join(';') : undefined
}

function signedHeader({ headers }: WebhookDelivery, name: string): string | undefined {
  const value = firstField(headers, name)
  return value === undefined ? undefined : `${name}:${value.trim()}`
}

function concatenated(fields: readonly [string, string][] | undefined): string | undefined {
  return fields
    ?.toSorted(byName)
    .map(([name, value]) => name + value)
    .join('')
}

function byNameAndValue(one: readonly [string, string], other: readonly [string, string]): number {
  return byName(one, other) || (one[1] < other[1] ? -1 : one[1] > other[1] ? 1 : 0)
}
