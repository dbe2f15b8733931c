import * as z from 'zod'
import { ActionError } from '../../actions/action-error.ts'
import { normalizeTerminateTls } from '../../actions/terminate-tls.ts'
import type { PolicyFaultCode } from '../../errors.ts'
import { configLimits } from '../limits.ts'
import { defineAction } from './action-definition.ts'
import { list } from './common-fields.ts'
import { issue } from './issue.ts'

const STRATEGIES = ['require-and-verify', 'require-any', 'request'] as const

/** YAML reads `1.2` as a number. */
const version = z.union([z.enum(['1.2', '1.3']), z.literal(1.2), z.literal(1.3)], { error: 'expected 1.2 or 1.3' })

/** Reference §4.24 */
export const terminateTlsConfig = defineAction({
  type: 'terminate-tls',
  phases: ['on_tcp_connect'],
  protocols: ['https', 'tls', 'tcp'],
  schema: (fields) =>
    z
      .strictObject({
        min_version: version.default('1.2'),
        max_version: version.default('1.3'),
        server_private_key: fields.text().optional(),
        server_certificate: fields.text().optional(),
        mutual_tls_certificate_authorities: list(fields.text(), {
          max: configLimits.maxCertificateAuthorities,
          tooMany: 'ERR_TUNNEL_2255',
        }).default([]),
        mutual_tls_verification_strategy: z.enum(STRATEGIES).optional(),
      })
      .check(({ value, issues }) => {
        const { server_private_key: key, server_certificate: certificate } = value
        const authorities = value.mutual_tls_certificate_authorities.map(({ constant }) => constant)
        const isKnown = [key, certificate].every((template) => !template || template.constant !== undefined)
        // The pair is looked at as a whole only where all of it is known now.
        try {
          normalizeTerminateTls({
            minVersion: value.min_version,
            maxVersion: value.max_version,
            ...(isKnown && key?.constant !== undefined && { serverPrivateKey: key.constant }),
            ...(isKnown && certificate?.constant !== undefined && { serverCertificate: certificate.constant }),
            clientCertificateAuthorities: authorities.filter((pem) => pem !== undefined),
            verificationStrategy: value.mutual_tls_verification_strategy ?? 'require-and-verify',
          })
          if (!isKnown && (key === undefined) !== (certificate === undefined))
            throw new ActionError('ERR_TUNNEL_2240', 'server_private_key and server_certificate go together')
        } catch (error) {
          if (!(error instanceof ActionError)) throw error
          issues.push(issue(error.code as PolicyFaultCode, error.message, value))
        }
      }),
})
