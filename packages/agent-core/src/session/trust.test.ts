import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAuthority, createLeaf, hasOpenssl, type Identity } from '../../test/certificates.ts'
import { startTlsServer } from '../../test/tls-server.ts'
import { tlsOptionsFor, verifyPinnedCa } from './trust.ts'

/** A finished handshake with a server that shows `chain`, as the agent makes it when it pins a CA. */
async function connectedTo(...chain: Identity[]): Promise<TLSSocket> {
  const port = await startTlsServer(chain, { minVersion: 'TLSv1.3' })
  const pinned = tlsOptionsFor({ caFingerprint: '0'.repeat(64) })
  const socket = connect({ host: '127.0.0.1', port, servername: '', ...pinned })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

describe.skipIf(!hasOpenssl)('a pinned CA (needs openssl)', () => {
  const authority = hasOpenssl ? createAuthority() : (undefined as unknown as Identity)
  const leaf = hasOpenssl ? createLeaf(authority) : (undefined as unknown as Identity)
  const untrusted = (message: string | RegExp) =>
    expect.objectContaining({ code: 'ERR_TUNNEL_8003', retryable: false, message: expect.stringMatching(message) })

  test('vouches for a certificate that it signed', async () => {
    const socket = await connectedTo(leaf, authority)
    expect(() => verifyPinnedCa(socket, authority.fingerprint)).not.toThrow()
  })

  test('does not vouch for a certificate of another CA', async () => {
    const other = createAuthority('Other CA')
    const socket = await connectedTo(createLeaf(other), other)
    expect(() => verifyPinnedCa(socket, authority.fingerprint)).toThrow(untrusted(/not from the CA with fingerprint/))
  })

  test('does not vouch for a certificate that comes without it', async () => {
    const socket = await connectedTo(leaf)
    expect(() => verifyPinnedCa(socket, authority.fingerprint)).toThrow(untrusted(/not from the CA with fingerprint/))
  })

  test('does not vouch for a forgery that claims it as issuer and shows it', async () => {
    const namesake = createAuthority()
    expect(namesake.fingerprint).not.toBe(authority.fingerprint)
    const socket = await connectedTo(createLeaf(namesake), authority)
    expect(() => verifyPinnedCa(socket, authority.fingerprint)).toThrow(untrusted(/was not signed by the pinned CA/))
  })

  test('does not vouch for a stranger that merely shows it', async () => {
    const other = createAuthority('Other CA')
    const socket = await connectedTo(createLeaf(other), authority)
    expect(() => verifyPinnedCa(socket, authority.fingerprint)).toThrow(untrusted(/not from the CA with fingerprint/))
  })

  test('is a CA: a certificate that the edge uses itself signs nothing', async () => {
    const socket = await connectedTo(createLeaf(leaf), leaf, authority)
    expect(() => verifyPinnedCa(socket, leaf.fingerprint)).toThrow(untrusted(/was not signed by the pinned CA/))
  })

  test.each([
    ['not yet', new Date('2000-01-01')],
    ['no longer', new Date('2100-01-01')],
  ])('does not vouch for what is %s valid', async (_when, now) => {
    const socket = await connectedTo(leaf, authority)
    expect(() => verifyPinnedCa(socket, authority.fingerprint, now)).toThrow(untrusted(/check the clock/))
  })
})

test('trusts the roots of the host, a PEM text or a PEM file', () => {
  expect(tlsOptionsFor('host')).toEqual({})
  expect(tlsOptionsFor({ caPem: 'PEM' })).toEqual({ ca: 'PEM' })
  expect(() => tlsOptionsFor({ caFile: '/nowhere/ca.pem' })).toThrow(
    expect.objectContaining({ code: 'ERR_TUNNEL_8003', message: 'CA file /nowhere/ca.pem cannot be read: ENOENT' }),
  )
})
