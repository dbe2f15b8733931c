import { CliError } from '../cli-error.ts'
import type { Flag } from './flag.ts'

const json: Flag = { name: 'json', about: 'Print the result as JSON.' }

export const policyCheckFlags: readonly Flag[] = [
  {
    name: 'protocol',
    value: 'protocol',
    choices: ['http', 'https', 'tcp', 'tls'],
    about: 'What the endpoint speaks; without it, whatever the policy is for.',
  },
  {
    name: 'binding',
    value: 'binding',
    choices: ['public', 'internal', 'kubernetes'],
    about: 'Who can reach the endpoint; public without it.',
  },
  { name: 'cloud', about: 'The endpoint has no agent: the policy must answer everything.' },
  json,
]

export interface PolicyCheckFlags {
  readonly protocol?: 'http' | 'https' | 'tcp' | 'tls'
  readonly binding?: 'public' | 'internal' | 'kubernetes'
  readonly cloud?: boolean
  readonly json?: boolean
}

export const policyTestFlags: readonly Flag[] = [
  { name: 'verbose', about: 'Show the trace of every case, not only of those that fail.' },
  json,
]

export interface PolicyTestFlags {
  readonly verbose?: boolean
  readonly json?: boolean
}

export const policySchemaFlags: readonly Flag[] = [
  { name: 'cases', about: 'The schema of files for tunnel policy test instead.' },
]

export interface PolicySchemaFlags {
  readonly cases?: boolean
}

/** The edge takes no longer time than this. */
const MAX_WAIT_S = 600

export const policyExplainFlags: readonly Flag[] = [
  { name: 'next', about: 'The next request, whoever sends it, not one that says that it is it.' },
  { name: 'wait', value: 'seconds', about: 'How long to wait for the request; 60 without it.', parse: seconds },
  { name: 'connect', value: 'string', about: 'Connection string of the edge, instead of the configured one.' },
  { name: 'authtoken', value: 'token', about: 'Authtoken, instead of the configured one.' },
  json,
]

export interface PolicyExplainFlags {
  readonly next?: boolean
  readonly wait?: number
  readonly connect?: string
  readonly authtoken?: string
  readonly json?: boolean
}

function seconds(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= MAX_WAIT_S) return number
  throw new CliError(
    'ERR_CLI_USAGE',
    `--wait is a number of seconds from 1 to ${MAX_WAIT_S}, not ${JSON.stringify(text.slice(0, 50))}`,
  )
}
