import { resolve } from 'node:path'
import { defaultPolicyLimits, type PolicyFault } from '@tunnel/traffic-policy'
import { CliError } from '../cli-error.ts'
import { faultLine } from './fault-lines.ts'
import { fetchPolicy } from './fetch-policy.ts'
import type { PolicySource } from './policy-request.ts'
import { readBoundedFile } from './read-bounded-file.ts'

export interface PolicyText {
  readonly text: string
  /** One line for a fault: where it is, as the user can find it, and what. */
  lineOf(fault: PolicyFault): string
}

const maxBytes = defaultPolicyLimits.maxDocumentBytes

/** Throws `ERR_CLI_FILE` or `ERR_CLI_FETCH`, naming the flag or key. */
export async function readPolicy(source: PolicySource): Promise<PolicyText> {
  switch (source.kind) {
    case 'file':
      return readFile(source)
    case 'url':
      return fetchPolicy(source.url, { name: source.name, maxBytes })
    case 'inline':
      return inlinePolicy(source)
  }
}

/** JSON is YAML. Its own lines say nothing to somebody who has written it within another file: what counts is where it stands there. */
function inlinePolicy({ document, name, placeOf }: PolicySource & { kind: 'inline' }): PolicyText {
  return {
    text: JSON.stringify(document),
    lineOf: ({ pointer, message, code }) =>
      `${placeOf(pathOfPointer(pointer)) ?? `${name}${pointer}`}: ${message} (${code})`,
  }
}

/** @see RFC 6901 §4 */
function pathOfPointer(pointer: string): string[] {
  const steps = pointer.split('/').slice(1)
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function readFile({ path, name, directory }: PolicySource & { kind: 'file' }): PolicyText {
  const places = directory === undefined ? [path] : [path, resolve(directory, path)]
  for (const [at, place] of places.entries()) {
    const read = readBoundedFile(place, maxBytes)
    if (read.ok) return { text: read.text, lineOf: (fault) => `${place}${faultLine(fault)}` }
    if (read.reason !== 'ENOENT' || at === places.length - 1)
      throw new CliError('ERR_CLI_FILE', `${name} ${place} cannot be read: ${read.message}`)
  }
  throw new CliError('ERR_CLI_FILE', `${name} names no file`)
}
