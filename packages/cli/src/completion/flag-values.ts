import type { Option } from 'commander'
import type { Candidates } from './candidates.ts'

/** Values that a flag is known to take beside others, or whose list commander does not hold. */
const knownValues: Readonly<Record<string, readonly string[]>> = {
  log: ['stdout', 'stderr', 'false'],
  binding: ['public', 'internal', 'kubernetes'],
  'host-header': ['preserve', 'rewrite'],
  scheme: ['http', 'https', 'http,https'],
}

const PATH_VALUES = /^(?:path|file|directory)$/i
const pathFlags: readonly string[] = ['log']

/** A flag whose value stands for a path in help takes one. */
export function flagValues(option: Option): Candidates {
  const values = option.argChoices ?? knownValues[option.name()] ?? []
  const placeholder = /<([^>]+)>/.exec(option.flags)?.[1] ?? ''
  return {
    words: values.map((value) => ({ value, about: '' })),
    files: PATH_VALUES.test(placeholder) || pathFlags.includes(option.name()),
  }
}
