import { type KeyboardEvent, type ReactNode, useId, useState } from 'react'
import './tabs.css'

export interface Tab {
  readonly name: string
  /** Made when the tab is looked at. */
  readonly content: () => ReactNode
}

/** What was looked at last, by label: the next exchange opens there too. */
const remembered = new Map<string, string>()

/** Tabs that arrows move between (WAI-ARIA "tabs" pattern, automatic activation). */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const [chosen, setChosen] = useState(remembered.get(label) ?? tabs[0]?.name)
  const prefix = useId()
  const current = tabs.find(({ name }) => name === chosen) ?? tabs[0]
  if (!current) return null
  const choose = (name: string): void => {
    remembered.set(label, name)
    setChosen(name)
  }
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    const at = tabs.indexOf(current)
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }
    const to = tabs[((steps[event.key] ?? -tabs.length) + tabs.length) % tabs.length]
    if (!(event.key in steps) || !to) return
    event.preventDefault()
    choose(to.name)
    document.getElementById(`${prefix}-${to.name}`)?.focus()
  }
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(({ name }) => (
          <button
            key={name}
            id={`${prefix}-${name}`}
            type="button"
            role="tab"
            aria-selected={name === current.name}
            aria-controls={`${prefix}-panel`}
            tabIndex={name === current.name ? 0 : -1}
            onClick={() => choose(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div id={`${prefix}-panel`} className="tab-panel" role="tabpanel" aria-labelledby={`${prefix}-${current.name}`}>
        {current.content()}
      </div>
    </>
  )
}
