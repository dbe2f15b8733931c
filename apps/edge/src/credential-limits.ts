import type { CredentialLimits } from '@tunnel/edge'

const names: Readonly<Record<string, keyof CredentialLimits>> = {
  sessions: 'maxSessions',
  endpoints: 'maxEndpoints',
  connections: 'maxConnectionsPerMinute',
  requests: 'maxRequestsPerMinute',
  bytes: 'maxBytesPerMinute',
}

/** Limits as the command line gives them: `requests=1000`. */
export function credentialLimits(given: readonly string[]): CredentialLimits {
  return Object.fromEntries(
    given.map((text) => {
      const [, word = '', count = ''] = /^([a-z]+)=([1-9]\d{0,14})$/.exec(text) ?? []
      const name = names[word]
      if (name) return [name, Number(count)]
      throw new Error(`--limit ${text}: expected ${Object.keys(names).join(', ')}, each with = and a count from 1`)
    }),
  )
}
