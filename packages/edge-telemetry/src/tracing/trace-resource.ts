import type { Attributes } from '@opentelemetry/api'

/** Most characters of `OTEL_RESOURCE_ATTRIBUTES` that are read. */
const MAX_CHARACTERS = 8_192

/**
 * Whose spans they are. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` of the environment go before what is given.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function resourceAttributes(own: Attributes, env: Readonly<Record<string, string | undefined>>): Attributes {
  const attributes: Attributes = { ...own }
  for (const entry of (env.OTEL_RESOURCE_ATTRIBUTES ?? '').slice(0, MAX_CHARACTERS).split(',')) {
    const at = entry.indexOf('=')
    const name = entry.slice(0, at).trim()
    if (at > 0 && name !== '') attributes[name] = decoded(entry.slice(at + 1).trim())
  }
  if (env.OTEL_SERVICE_NAME) attributes['service.name'] = env.OTEL_SERVICE_NAME
  return attributes
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
