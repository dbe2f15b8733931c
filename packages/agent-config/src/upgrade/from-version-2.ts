import { type Document, isMap, isScalar, Pair, Scalar, visit, YAMLMap, YAMLSeq } from 'yaml'
import { putFirst, version2Names } from '../write-settings.ts'
import { endpointFromTunnel } from './endpoint-from-tunnel.ts'
import { addCommentBefore, dropKey, keyOf, mapAt, pairOf, renamed } from './pairs.ts'

/** Names of the tunnels that only version 2 can have. */
export const labeledTunnels = (document: Document): string[] =>
  (mapAt(document, 'tunnels')?.items ?? [])
    .filter(({ value }) => isMap(value) && pairOf(value, 'labels') !== undefined)
    .map(keyOf)

/** Turns a file of version 2 into one of version 3 that means the same. Gives what the user has to know. */
export const fromVersion2 = (document: Document): string[] => {
  nestSettings(document)
  const notes = convertTunnels(document)
  putFirst(document, 'version', 3)
  return notes
}

const topLevel: ReadonlySet<string> = new Set(['version', 'agent', 'endpoints', 'tunnels'])
const version3Names = new Map(Object.entries(version2Names).map(([name3, name2]) => [name2, name3]))

/** Moves the settings into `agent`, which takes the place of the first of them. */
const nestSettings = (document: Document): void => {
  const root = document.contents
  if (!isMap(root)) return
  const settings = root.items.filter((pair) => !topLevel.has(keyOf(pair)))
  const [first] = settings
  if (!first) return
  const key = new Scalar('agent')
  if (isScalar(first.key) && first.key.spaceBefore) {
    key.spaceBefore = true
    first.key.spaceBefore = false
  }
  const agent = new YAMLMap()
  for (const pair of settings) agent.add(renamed(pair, version3Names.get(keyOf(pair)) ?? keyOf(pair)))
  const at = root.items.indexOf(first)
  root.items.splice(at, 1, new Pair(key, agent))
  root.items = root.items.filter((pair) => !settings.includes(pair))
}

const convertTunnels = (document: Document): string[] => {
  const root = document.contents
  const tunnels = mapAt(document, 'tunnels')
  if (!isMap(root) || !tunnels) return []
  if (hasAliases(document)) return ['tunnels stay tunnels: the file has aliases, which converting could break']
  const notes: string[] = []
  const endpoints = new YAMLSeq<YAMLMap>()
  const [first] = tunnels.items
  tunnels.items = tunnels.items.filter((pair) => {
    const endpoint = endpointFromTunnel(document, pair)
    if (typeof endpoint === 'string') notes.push(`tunnels.${keyOf(pair)} stays a tunnel: ${endpoint}`)
    else endpoints.add(endpoint)
    // What stands above the first tunnel belongs to the map for the parser, and to that tunnel for a reader.
    if (pair === first && typeof endpoint !== 'string' && tunnels.commentBefore) {
      addCommentBefore(endpoint, [tunnels.commentBefore])
      tunnels.commentBefore = null
    }
    return typeof endpoint === 'string'
  })
  if (endpoints.items.length > 0) placeEndpoints(root, endpoints)
  if (tunnels.items.length === 0) dropKey(root, 'tunnels')
  return notes
}

/** Before what is left of the tunnels, with the comment that stood there. */
const placeEndpoints = (root: YAMLMap, endpoints: YAMLSeq): void => {
  const tunnels = pairOf(root, 'tunnels')
  if (!tunnels) return
  root.items.splice(root.items.indexOf(tunnels), 0, renamed(new Pair(tunnels.key, endpoints), 'endpoints'))
  if (isScalar(tunnels.key)) delete tunnels.key.commentBefore
}

const hasAliases = (document: Document): boolean => {
  let found = false
  visit(document, {
    Alias: () => {
      found = true
      return visit.BREAK
    },
  })
  return found
}
