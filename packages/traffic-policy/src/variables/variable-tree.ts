import type { VariableNode } from '../cel/compiled.ts'
import { textOfTime } from '../cel/text-of.ts'
import { DYN, mapOf, STRING } from '../cel/types.ts'
import { Timestamp } from '../cel/values.ts'
import { actionTree } from './action-tree.ts'
import { connectionTree, endpointTree } from './connection-tree.ts'
import { group, text, value } from './declare.ts'
import { requestTree, responseTree } from './exchange-tree.ts'

/** Every variable there is; those of other phases too, so that their absence can be named. Reference §3 */
export const variableTree: Readonly<Record<string, VariableNode>> = {
  conn: connectionTree,
  endpoint: endpointTree,
  req: requestTree,
  res: responseTree,
  time: group({ now: text((variables) => textOfTime(new Timestamp(variables.now()))) }),
  vars: value(mapOf(STRING, DYN), ({ vars }) => vars),
  actions: actionTree,
}
