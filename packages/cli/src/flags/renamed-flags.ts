/** What to write today in place of a flag of version 2, with the scheme of the command that it is given to. */
export function renamedFlag(name: string, command: string | undefined): string | undefined {
  return renamedFlags.get(name)?.replace('SCHEME://', command === 'tls' ? 'tls://' : 'https://')
}

/** Flags of version 2 and what to write today. The ones that still work with two hyphens are here for those who write one. */
const renamedFlags: ReadonlyMap<string, string> = new Map([
  ['auth', '--basic-auth'],
  ['bind-tls', '--scheme: http, https or http,https'],
  ['cert', '--crt'],
  ['client-cas', '--mutual-tls-cas'],
  ['domain', '--url SCHEME://NAME'],
  ['hostname', '--url SCHEME://NAME'],
  ['proxy-proto', '--upstream-proxy-protocol'],
  ['app-protocol', '--upstream-protocol'],
  ['policy-file', '--traffic-policy-file'],
  ['remote-addr', '--url tcp://HOST:PORT'],
  ['subdomain', '--url SCHEME://NAME.DOMAIN'],
  ['upstream-ca-path', '--upstream-tls-verify-cas'],
  ['verify-upstream-tls', '--upstream-tls-verify'],
])
