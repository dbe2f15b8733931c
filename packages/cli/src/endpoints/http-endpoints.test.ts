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
