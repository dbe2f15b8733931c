/** Flags of version 2 and what to write today. The ones that still work with two hyphens are here for those who write one. */
export const renamedFlags: ReadonlyMap<string, string> = new Map([
  ['auth', '--basic-auth'],
  ['bind-tls', '--scheme: http, https or http,https'],
  ['cert', '--crt'],
  ['client-cas', '--mutual-tls-cas'],
  ['domain', '--url https://NAME'],
  ['hostname', '--url https://NAME'],
  ['proxy-proto', '--upstream-proxy-protocol'],
  ['app-protocol', '--upstream-protocol'],
  ['policy-file', '--traffic-policy-file'],
  ['remote-addr', '--url tcp://HOST:PORT'],
  ['subdomain', '--url https://NAME.DOMAIN'],
  ['upstream-ca-path', '--upstream-tls-verify-cas'],
  ['verify-upstream-tls', '--upstream-tls-verify'],
])
