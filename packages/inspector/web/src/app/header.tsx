import { useFeedState } from '../captures/feed-context.ts'
import { Icon } from '../ui/icon.tsx'
import './header.css'
import { navigate, type Route } from './route.ts'
import { useTheme } from './theme.ts'

const pages: readonly (readonly [page: Route['page'], address: string, name: string])[] = [
  ['inspect', '/inspect/http', 'Inspect'],
  ['status', '/status', 'Status'],
]

export function Header({ page, onHelp }: { page: Route['page']; onHelp: () => void }) {
  const [theme, nextTheme] = useTheme()
  return (
    <header className="top">
      <span className="product">Tunnel</span>
      <SessionState />
      <nav aria-label="Pages">
        {pages.map(([name, address, label]) => (
          <a
            key={name}
            href={address}
            aria-current={name === page ? 'page' : undefined}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return
              event.preventDefault()
              navigate({ page: name }, 'push')
            }}
          >
            {label}
          </a>
        ))}
      </nav>
      <button
        type="button"
        className="quiet icon-button"
        onClick={nextTheme}
        aria-label={`Theme: ${theme}`}
        title={`Theme: ${theme} (t)`}
      >
        <Icon name={theme === 'system' ? 'half' : theme === 'dark' ? 'moon' : 'sun'} />
      </button>
      <button
        type="button"
        className="quiet icon-button"
        onClick={onHelp}
        aria-label="Keys and filters"
        title="Keys and filters (?)"
      >
        <Icon name="help" />
      </button>
    </header>
  )
}

/** Whether the agent is there at all, and whether it is online. */
function SessionState() {
  const { connection, status } = useFeedState()
  const state =
    connection === 'open'
      ? (status?.status ?? 'connecting')
      : connection === 'lost'
        ? 'agent unreachable'
        : 'connecting'
  return (
    <span className="session" data-state={state} role="status">
      <span className="dot" aria-hidden="true" />
      {state}
    </span>
  )
}
