import type { Session } from '@tunnel/agent-core'
import { expect, it } from 'vitest'
import type { HttpFlags } from '../flags/http-flags.ts'
import { httpEndpoints } from './http-endpoints.ts'

const noSession = {} as Session

it.each<[HttpFlags, object]>([
  [{}, { verify_upstream_tls: false, upstream_tls_ca_file: undefined }],
  [{ upstreamTlsVerify: true }, { verify_upstream_tls: true, upstream_tls_ca_file: undefined }],
  [{ upstreamTlsVerifyCas: 'ca.pem' }, { verify_upstream_tls: true, upstream_tls_ca_file: 'ca.pem' }],
])('with %o the certificate of the service is treated as %o says', async (flags, expected) => {
  const [endpoint] = httpEndpoints('https://localhost:8443', flags)
  expect(await endpoint?.(noSession, [])).toMatchObject(expected)
})

it.each<HttpFlags>([{ scheme: ['http', 'https'] }, { scheme: ['http'] }, { url: 'http://app.example' }])(
  'asks for no certificate where %o lets everybody in without',
  (flags) => {
    expect(() => httpEndpoints('80', { ...flags, mutualTlsCas: 'ca.pem' })).toThrow('--mutual-tls-cas needs https')
  },
)

it('sends on who is to vouch for visitors', async () => {
  const [endpoint] = httpEndpoints('80', { url: 'app.example', mutualTlsCas: 'ca.pem' })
  expect(await endpoint?.(noSession, [])).toMatchObject({ url: 'https://app.example', mutual_tls_cas: 'ca.pem' })
})
