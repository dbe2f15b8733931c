import { STATUS_CODES } from 'node:http'

/** A directory as a page of links. `path` is the request's, decoded; a directory's name ends in a slash. */
export function listingPage(path: string, names: readonly string[], isCut: boolean): string {
  const title = `Index of ${path}`
  const up = path === '/' ? [] : ['<li><a href="../">../</a></li>']
  const links = names.map((name) => `<li><a href="./${escapeHtml(hrefOf(name))}">${escapeHtml(name)}</a></li>`)
  const note = isCut ? `<p>Only the first ${names.length} entries are shown.</p>\n` : ''
  return page(title, `<ul>\n${[...up, ...links].join('\n')}\n</ul>\n${note}`)
}

export function statusPage(status: number, detail: string): string {
  return page(`${status} ${STATUS_CODES[status]}`, `<p>${escapeHtml(detail)}</p>\n`)
}

function hrefOf(name: string): string {
  const isDirectory = name.endsWith('/')
  const encoded = encodeURIComponent(isDirectory ? name.slice(0, -1) : name)
  return isDirectory ? `${encoded}/` : encoded
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1.5rem }
h1 { font-size: 1.3rem; overflow-wrap: anywhere }
ul { list-style: none; padding: 0 }
li { overflow-wrap: anywhere }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${content}</body>
</html>
`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}
