// A service to look at when there is none of one's own: shows the request as it arrived through the tunnel.
import { createServer } from 'node:http'

/** Starts on a free port of loopback and resolves to its server. */
export function startDemoService() {
  const server = createServer((request, response) => {
    process.stdout.write(`demo service: ${request.method} ${request.url}\n`)
    if (request.url === '/events') return countSeconds(response)
    const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
    const text = `Hello from the demo service behind the tunnel.\n\n${request.method} ${request.url}\n${lines.join('\n')}\n`
    if (!request.headers.accept?.includes('text/html')) return response.end(text)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(page(text))
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/** Server-sent events: shows that nothing is buffered on the way. */
function countSeconds(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let count = 0
  const timer = setInterval(() => response.write(`data: ${++count}\n\n`), 1000)
  response.on('close', () => clearInterval(timer))
}

function page(text) {
  const escaped = text.replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char])
  return `<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tunnel demo</title>
<style>:root{color-scheme:light dark}body{font:1rem/1.5 system-ui;max-width:48rem;margin:10vh auto;padding:0 1rem}pre{white-space:pre-wrap}</style>
<h1>It works.</h1>
<p>This page came through the edge and the agent. Seconds since you opened it, by server-sent events: <b id="n">0</b></p>
<pre>${escaped}</pre>
<script>new EventSource('/events').onmessage = (event) => { document.getElementById('n').textContent = event.data }</script>
`
}
