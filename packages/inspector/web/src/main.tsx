import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { applyStoredTheme } from './app/theme.ts'

applyStoredTheme()
const container = document.getElementById('app')
if (container) createRoot(container).render(<App />)
