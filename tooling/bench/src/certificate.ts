import { join } from 'node:path'
import type { Children } from './process.ts'

/** Makes a P-256 key, as the edge has one, and a certificate for `bench.localhost`; returns the paths of their files. */
export async function makeCertificate(
  children: Children,
  signal: AbortSignal,
): Promise<{ key: string; certificate: string }> {
  const [key, certificate] = [join(children.dir, 'key.pem'), join(children.dir, 'certificate.pem')]
  await children.run(
    [
      'openssl',
      ...['req', '-x509', '-nodes', '-days', '2', '-subj', '/CN=bench.localhost'],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-keyout', key, '-out', certificate],
    ],
    signal,
  )
  return { key, certificate }
}
