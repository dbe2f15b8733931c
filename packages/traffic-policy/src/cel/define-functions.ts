import type { PolicyPhase } from '../document/phases.ts'
import type { Overload } from './compiled.ts'
import type { Scope } from './scope.ts'
import { isTypeWord, parseType } from './types.ts'

/** Arguments have been checked against the signature when a handler is called. */
type Pure = (...args: never[]) => unknown
type Scoped = (scope: Scope, ...args: never[]) => unknown

/**
 * Functions by signature: `string.charAt(int): string` is a method of strings, `base64.encode(bytes): string` a function in a namespace,
 * `size(string): int` one without.
 */
export const pureFunctions = (handlers: Readonly<Record<string, Pure>>): Overload[] =>
  Object.entries(handlers).map(([signature, handler]) => ({
    ...readSignature(signature),
    isPure: true,
    call: (_scope, args) => handler(...(args as never[])),
  }))

/** Functions of the request, of time or of chance: the handler is given the scope first. */
export const scopedFunctions = (
  handlers: Readonly<Record<string, Scoped>>,
  phases?: readonly PolicyPhase[],
): Overload[] =>
  Object.entries(handlers).map(([signature, handler]) => ({
    ...readSignature(signature),
    ...(phases && { phases }),
    isPure: false,
    call: (scope, args) => handler(scope, ...(args as never[])),
  }))

function readSignature(signature: string): Pick<Overload, 'signature' | 'name' | 'receiver' | 'params' | 'returns'> {
  const match = /^(?:([\w<>, ]+)\.)?(\w+)\((.*)\): (.+)$/.exec(signature)
  if (!match) throw new Error(`signature ${signature} is not one`)
  const [, owner, word, params, returns] = match as unknown as [string, string | undefined, string, string, string]
  const isMethod = owner !== undefined && isTypeWord(owner)
  return {
    signature,
    name: owner === undefined || isMethod ? word : `${owner}.${word}`,
    ...(isMethod && { receiver: parseType(owner) }),
    params: splitTypes(params).map(parseType),
    returns: parseType(returns),
  }
}

/** `map<string, dyn>, int` at the commas outside of brackets. */
const splitTypes = (text: string): string[] => text.match(/(?:[^,<]+(?:<[^>]*>+)?)+/g)?.map((part) => part.trim()) ?? []
