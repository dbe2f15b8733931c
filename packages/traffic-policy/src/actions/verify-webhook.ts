import { ActionError, type ActionErrorResult, errorResult } from './action-error.ts'
import { checkRecipes } from './webhook/check.ts'
import type { WebhookDelivery } from './webhook/delivery.ts'
import { type HandshakeResponse, handshake } from './webhook/handshake.ts'
import { recipesOf, type WebhookProvider } from './webhook/providers.ts'
import { checkSns, type SnsCertificates } from './webhook/sns.ts'

export interface VerifyWebhookConfig {
  provider: WebhookProvider
  /** One or several, with a line each: while a secret is being changed either is good. Can be empty for `sns` alone. */
  secret: string
  /** `false` reports, and lets every delivery through. */
  enforce: boolean
}

export interface VerifyWebhookResults {
  verified: boolean
  error?: ActionErrorResult
}

export interface VerifyWebhookOutcome {
  /** What to answer with 403; `undefined` if the delivery passes, or `enforce` is off. */
  error: ActionError | undefined
  /** What to answer instead of asking the upstream. */
  response?: HandshakeResponse
  results: VerifyWebhookResults
}

/** Secrets of one action. */
const MAX_SECRETS = 10

/**
 * Verifies that a delivery is the provider's: its signature over the exact bytes, and its time. Only `sns` needs to wait.
 *
 * @param sns For `sns`: without it such a delivery does not pass.
 * @see Reference §6
 */
export function verifyWebhook(
  config: VerifyWebhookConfig,
  delivery: WebhookDelivery,
  nowMs: number,
  sns?: SnsCertificates,
): VerifyWebhookOutcome | Promise<VerifyWebhookOutcome> {
  const { provider } = config
  const secrets = secretsOf(config.secret)
  if (provider === 'sns') {
    if (sns === undefined) return outcome(config, 'certificates cannot be fetched')
    return checkSns(delivery, secrets, sns, nowMs).then((fault) => outcome(config, fault))
  }
  if (secrets.length === 0) return outcome(config, 'no secret')
  const fault = checkRecipes(recipesOf(provider), delivery, secrets, nowMs)
  const response = handshake(provider, delivery, secrets[0]!, fault === undefined)
  if (response === undefined) return outcome(config, fault)
  // A provider that asks is answered also where nothing is enforced; only a refusal is not given then.
  if (response.status !== 200 && !config.enforce) return outcome(config, fault)
  return { error: undefined, response, results: outcome(config, fault).results }
}

function outcome({ enforce }: VerifyWebhookConfig, fault: string | undefined): VerifyWebhookOutcome {
  if (fault === undefined) return { error: undefined, results: { verified: true } }
  const error = new ActionError('ERR_TUNNEL_3204', `webhook is not verified: ${fault}`)
  return { error: enforce ? error : undefined, results: { verified: false, error: errorResult(error) } }
}

function secretsOf(secret: string): string[] {
  return secret
    .split('\n', MAX_SECRETS)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
