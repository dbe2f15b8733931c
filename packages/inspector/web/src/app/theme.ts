import { useState } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'tunnel-inspector-theme'
const themes: readonly Theme[] = ['system', 'light', 'dark']

/** Before the first paint, so that nothing flashes. */
export function applyStoredTheme(): void {
  apply(stored())
}

/** The theme, and what moves on to the next one. */
export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(stored)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return [
    theme,
    () => {
      apply(next)
      setTheme(next)
      try {
        localStorage.setItem(KEY, next)
      } catch {
        // Without storage the choice lasts as long as the page.
      }
    },
  ]
}

function stored(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system'
  } catch {
    return 'system'
  }
}

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
