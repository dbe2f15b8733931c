import { once } from 'node:events'
import { type ConnectionOptions, connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { identity } from './harness/identity.ts'
import { startTestEdge } from './harness/test-edge.ts'

test.each<[string, ConnectionOptions, string]>([
  ['TLS 1.3', { minVersion: 'TLSv1.3' }, 'TLSv1.3'],
  ['TLS 1.2 with GCM', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE+AESGCM' }, 'TLSv1.2'],
  ['TLS 1.2 with ChaCha20', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE+CHACHA20' }, 'TLSv1.2'],
  [
    'TLS 1.2 with CBC',
    { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384' },
    'refused',
  ],
  ['TLS 1.2 with CCM8', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-CCM8' }, 'refused'],
  ['TLS 1.2 without forward secrecy', { maxVersion: 'TLSv1.2', ciphers: 'kRSA' }, 'refused'],
  ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }, 'refused'],
])('a visitor with %s is served or refused', async (_, options, outcome) => {
  const tunnel = await startTestEdge()
  const { ca } = await identity()
  const { hostname } = new URL(tunnel.url('host'))
  const socket = connect({ host: '127.0.0.1', port: tunnel.httpsPort, servername: hostname, ca, ...options })
  onTestFinished(() => void socket.destroy())
  const version = once(socket, 'secureConnect').then(
    () => socket.getProtocol(),
    () => 'refused',
  )
  expect(await version).toBe(outcome)
})
