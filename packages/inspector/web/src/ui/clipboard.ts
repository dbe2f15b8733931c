import { notify } from '../app/notices.tsx'

/** Puts text into the clipboard, and says that it did. */
export async function copyText(what: string, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notify('done', `${what} copied`)
  } catch {
    // Only secure pages have a clipboard; a page at a host name of a private network is none.
    if (copyBySelection(text)) notify('done', `${what} copied`)
    else notify('failed', 'The browser does not let this page copy')
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'visually-hidden'
  document.body.append(area)
  area.select()
  try {
    return document.execCommand('copy')
  } finally {
    area.remove()
  }
}
