import { onTestFinished } from 'vitest'
import { Session, type SessionOptions } from '../src/index.ts'
import { createAuthority, createLeaf, hasOpenssl } from './certificates.ts'
import { AUTHTOKEN, type FakeEdge, type FakeEdgeOptions, startFakeEdge } from './fake-edge.ts'

const authority = hasOpenssl ? createAuthority() : undefined
const leaf = authority && createLeaf(authority)

/** An edge that ends with the test. Needs openssl. */
export function edgeForTest(options: FakeEdgeOptions = {}): Promise<FakeEdge> {
  if (!authority || !leaf) throw new Error('this test needs openssl')
  return startFakeEdge(authority, leaf, options)
}

export const trustedCa = authority

/** What a session needs to reach `edge`, whatever the environment says; it comes back at once after a loss. */
export function optionsFor(edge: FakeEdge, options: SessionOptions = {}): SessionOptions {
  return { connect: edge.connectionString, env: {}, backoff: { firstDelayMs: 1, maxDelayMs: 1 }, ...options }
}

/** A session that ends with the test. */
export async function sessionWith(edge: FakeEdge, options: SessionOptions = {}): Promise<Session> {
  return Session.connect(optionsFor(edge, options), (session) => onTestFinished(() => session.close()))
}

export { AUTHTOKEN }
