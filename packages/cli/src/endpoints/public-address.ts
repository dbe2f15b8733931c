import { CliError } from '../cli-error.ts'

/** At most one of the flags that name an address. Throws `ERR_CLI_USAGE` naming those that were given. An empty one asks for a random address. */
export function onlyAddress<Name extends string>(
  flags: Readonly<Partial<Record<NoInfer<Name>, string>>>,
  names: Readonly<Record<Name, string>>,
): { name: Name; value: string } | undefined {
  const given = (Object.keys(names) as Name[]).filter((name) => flags[name] !== undefined)
  if (given.length > 1) {
    const shown = given.map((name) => names[name]).join(', ')
    throw new CliError('ERR_CLI_USAGE', `${shown} all name the public address: give one of them`)
  }
  const [name] = given
  const value = name === undefined ? undefined : flags[name]
  return name === undefined || !value ? undefined : { name, value }
}

/** Throws `ERR_CLI_USAGE` where the address is one of another command. */
export function assertSchemeOf(command: 'http' | 'tcp' | 'tls', url: string): void {
  const scheme = schemeOf(url)
  const own = command === 'http' ? ['http', 'https'] : [command]
  if (scheme === undefined || own.includes(scheme)) return
  const other = { http: 'tunnel http', https: 'tunnel http', tcp: 'tunnel tcp', tls: 'tunnel tls' }[scheme]
  const advice = other === undefined ? `takes ${own.join(' and ')} addresses` : `does not take it; use ${other}`
  throw new CliError(
    'ERR_CLI_USAGE',
    `--url has the scheme ${JSON.stringify(scheme.slice(0, 50))}: tunnel ${command} ${advice}`,
  )
}

/** Of a URL; `undefined` for a bare host. */
export function schemeOf(url: string): string | undefined {
  const separator = url.indexOf('://')
  return separator < 0 ? undefined : url.slice(0, separator).toLowerCase()
}

/** `app.example.com` of `https://app.example.com:4443`. */
export function hostOf(url: string): string {
  return new URL(url).hostname
}
