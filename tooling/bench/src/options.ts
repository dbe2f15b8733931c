import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Peer } from './peer.ts'
import { peers } from './peers.ts'
import type { Probe, Scenario } from './scenario.ts'
import { defaultScenarios, scenarios } from './scenarios.ts'

const maxRounds = 100
const maxSeconds = 60

export interface Options {
  readonly rounds: number
  readonly seconds: number
  readonly scenarios: readonly (Scenario | Probe)[]
  readonly peers: readonly Peer[]
  /** The program of each peer that visitors connect to runs on one core. */
  readonly pinsFront: boolean
  readonly jsonPath: string
}

/** Throws with the value and what would be right. */
export function parseOptions(args: readonly string[], startedAt: string): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      only: { type: 'string' },
      peers: { type: 'string' },
      pinned: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  })
  return {
    rounds: integer('--rounds', values.rounds, maxRounds),
    seconds: integer('--seconds', values.seconds, maxSeconds),
    scenarios: values.only === undefined ? defaultScenarios : named('--only', values.only, scenarios),
    peers: named('--peers', values.peers, peers),
    pinsFront: values.pinned,
    jsonPath: values.json ? fromCallersDirectory(values.json) : defaultJsonPath(startedAt),
  }
}

function integer(flag: string, text: string, max: number): number {
  const value = Number(text)
  if (!(Number.isInteger(value) && value >= 1 && value <= max)) {
    throw new Error(`${flag} ${text} is not an integer from 1 to ${max}`)
  }
  return value
}

/** Those of `all` that the comma-separated list names, in the order of `all`; all of them for `all`. */
function named<T extends { readonly name: string }>(flag: string, list: string | undefined, all: readonly T[]): T[] {
  if (list === undefined || list === 'all') return [...all]
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => all.every((item) => item.name !== name))
  if (unknown !== undefined) {
    throw new Error(`${flag} ${unknown} is not one of ${all.map(({ name }) => name).join(', ')}`)
  }
  return all.filter(({ name }) => names.includes(name))
}

/** pnpm runs a script in its package's directory and keeps the caller's in INIT_CWD. */
function fromCallersDirectory(path: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), path)
}

function defaultJsonPath(startedAt: string): string {
  const name = `${startedAt.replaceAll(':', '-')}.json`
  return fileURLToPath(new URL(`../../../bench-results/${name}`, import.meta.url))
}
