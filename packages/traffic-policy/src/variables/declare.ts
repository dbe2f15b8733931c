import type { VariableNode } from '../cel/compiled.ts'
import { BOOL, type CelType, INT, STRING, STRINGS, TIMESTAMP } from '../cel/types.ts'
import { Timestamp } from '../cel/values.ts'
import type { PhaseVariables } from './phase-variables.ts'

type Read<T> = (variables: PhaseVariables) => T | undefined
type Members = Readonly<Record<string, VariableNode>>

/** Leaves of the tree of variables: a type, and where its value is. `undefined` is "no data". */
export const text = (read: Read<string>, members?: Members): VariableNode => ({
  type: STRING,
  read,
  ...(members && { members }),
})
export const flag = (read: Read<boolean>): VariableNode => ({ type: BOOL, read })
export const texts = (read: Read<readonly string[]>): VariableNode => ({ type: STRINGS, read })
export const value = (type: CelType, read: Read<unknown>): VariableNode => ({ type, read })
export const whole = (read: Read<number>): VariableNode => ({
  type: INT,
  read(variables) {
    const number = read(variables)
    return number === undefined ? undefined : BigInt(Math.trunc(number))
  },
})
export const time = (read: Read<number>): VariableNode => ({
  type: TIMESTAMP,
  read(variables) {
    const ms = read(variables)
    return ms === undefined ? undefined : new Timestamp(ms)
  },
})
export const group = (members: Members): VariableNode => ({ members })
