import { useRef } from 'react'
import { useShortcuts } from '../app/shortcuts.ts'

/** Keys of what can be done with an exchange. */
const actionKeys = ['r', 'e', 's', 'c', 'd'] as const
export type ActionKey = (typeof actionKeys)[number]

/** Pressed for the exchange `id` before its details were there, each once. Those for another one are forgotten. */
export function useEarlyKeys(id: string | undefined): Set<ActionKey> {
  const held = useRef({ id, keys: new Set<ActionKey>() })
  if (held.current.id !== id) held.current = { id, keys: new Set() }
  return held.current.keys
}

/** Holds keys for what is on its way: a quick reader chooses a row and acts on it at once. */
export function useKeyHold(keys: Set<ActionKey>): void {
  useShortcuts(Object.fromEntries(actionKeys.map((key) => [key, () => keys.add(key)])))
}
