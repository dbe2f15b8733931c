import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import './menu.css'

export interface MenuItem {
  readonly name: string
  readonly hint?: string
  readonly disabled?: boolean
  readonly action: () => void
}

/** A button that opens a list of actions (WAI-ARIA "menu button" pattern). */
export function Menu({
  label,
  face,
  items,
  className = '',
}: {
  label: string
  face: ReactNode
  items: readonly MenuItem[]
  className?: string
}) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    keepInWindow(root.current?.querySelector<HTMLElement>('.menu-list'))
    entries(root.current)[0]?.focus()
    const outside = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open])
  const close = (): void => {
    setOpen(false)
    button.current?.focus()
  }
  const move = (event: KeyboardEvent): void => {
    if (!open) return
    const all = entries(root.current)
    const at = all.indexOf(document.activeElement as HTMLButtonElement)
    const to: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }
    if (event.key === 'Escape') close()
    else if (event.key === 'Tab') return setOpen(false)
    else if (event.key in to) all[(to[event.key] ?? 0) % all.length]?.focus()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the entries come up here
    <div ref={root} className="menu" onKeyDown={move} role="presentation">
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {face}
      </button>
      {open && (
        <div className="menu-list" role="menu" aria-label={label}>
          {items.map(({ name, hint, disabled, action }) => (
            <button
              key={name}
              type="button"
              role="menuitem"
              tabIndex={-1}
              disabled={disabled}
              onClick={() => {
                close()
                action()
              }}
            >
              <span>{name}</span>
              {hint && <span className="muted">{hint}</span>}
            </button>
          ))}
        </div>
      )}
    </div>
  )
}

const EDGE = 8

/** Moves a list that would stand out of the window to the side. */
function keepInWindow(list: HTMLElement | null | undefined): void {
  if (!list) return
  const { left, right } = list.getBoundingClientRect()
  const over = Math.max(0, right - (window.innerWidth - EDGE))
  const under = Math.max(0, EDGE - (left - over))
  list.style.setProperty('translate', `${under - over}px 0`)
}

const entries = (root: HTMLElement | null): HTMLButtonElement[] => [
  ...(root?.querySelectorAll<HTMLButtonElement>('[role=menuitem]:not(:disabled)') ?? []),
]
