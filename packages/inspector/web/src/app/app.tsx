import { lazy, Suspense, useEffect, useState } from 'react'
import { CaptureFeed } from '../captures/capture-feed.ts'
import { FeedContext } from '../captures/feed-context.ts'
import { Header } from './header.tsx'
import { HelpSheet } from './help-sheet.tsx'
import { InspectPage } from './inspect-page.tsx'
import { Notices } from './notices.tsx'
import { useRoute } from './route.ts'
import { useShortcuts } from './shortcuts.ts'
import './app.css'

const StatusPage = lazy(() => import('../status/status-page.tsx'))

export function App() {
  const { page } = useRoute()
  const [feed, setFeed] = useState<CaptureFeed>()
  const [help, setHelp] = useState(false)
  useEffect(() => {
    const made = new CaptureFeed()
    setFeed(made)
    return () => made.close()
  }, [])
  useShortcuts({
    '?': () => setHelp(true),
    t: () => document.querySelector<HTMLButtonElement>('[aria-label^="Theme"]')?.click(),
  })
  if (!feed) return null
  return (
    <FeedContext value={feed}>
      <Header page={page} onHelp={() => setHelp(true)} />
      {page === 'inspect' ? (
        <InspectPage />
      ) : (
        <Suspense>
          <StatusPage />
        </Suspense>
      )}
      {help && <HelpSheet onClose={() => setHelp(false)} />}
      <Notices />
    </FeedContext>
  )
}
