import { useLayoutEffect, useRef } from 'react'

export type Shortcuts = Readonly<Record<string, () => void>>

/**
 * Keys of the whole page. They rest while something is typed, while a dialog is open, and with modifier keys, which belong to the
 * browser. A key on a button or link is that element's own where it means something there.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts)
  latest.current = shortcuts
  // Before the first paint: whoever sees what a key is for can press it.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return
      const action = latest.current[event.key]
      if (!action) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}

function isBusy({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]')) return true
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true
  if (key === 'Enter' || key === ' ') return target.closest('button, a, summary, [role=tab], [role=menuitem]') !== null
  if (!key.startsWith('Arrow') && key !== 'Home' && key !== 'End') return false
  return target.closest('[role=tablist], [role=menu], [data-scroller]:not([data-list])') !== null
}
