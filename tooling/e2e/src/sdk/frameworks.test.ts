import '../harness/dangling.ts'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { request } from '../harness/http-request.ts'
import { startEdgeProgram } from '../harness/programs.ts'
import { hasVite, nextProject, runExample, viteProject } from './run-example.ts'

test.each([
  ['http.mjs', 'hello from node:http\n'],
  ['express.mjs', 'hello from Express\n'],
  ['fastify.mjs', 'hello from Fastify\n'],
  ['commonjs.cjs', 'hello from CommonJS\n'],
])('the example %s answers at its address', async (file, text) => {
  const edge = await startEdgeProgram()
  const url = await runExample(file, edge.connectionString)
  for (const path of ['', '/?again']) {
    expect(await request(url + path, { ca: edge.ca })).toMatchObject({ status: 200, text })
  }
})

test.skipIf(!hasVite)('the example vite.mjs serves a page, and updates it as its source changes', async () => {
  const [edge, directory] = [await startEdgeProgram(), viteProject()]
  const page = (text: string): void => {
    writeFileSync(join(directory, 'index.html'), `<!doctype html><title>${text}</title>`)
  }
  page('before')
  const url = await runExample('vite.mjs', edge.connectionString, directory)
  const { text } = await request(url, { ca: edge.ca })
  expect(text).toContain('<title>before</title>')

  const client = await request(`${url}/@vite/client`, { ca: edge.ca })
  const token = /const wsToken = "([^"]+)"/.exec(client.text)?.[1]
  const { host, hostname, port } = new URL(url)
  const socket = new WebSocket(`wss://127.0.0.1:${port}/?token=${token}`, 'vite-hmr', {
    agent: new Agent({ ca: edge.ca, servername: hostname }),
    headers: { host },
  })
  onTestFinished(() => socket.terminate())
  const updated = new Promise<void>((resolve) => {
    socket.on('message', (message) => {
      if (String(message).includes('"full-reload"')) resolve()
    })
  })
  await once(socket, 'open')
  page('after')
  await updated
  expect((await request(url, { ca: edge.ca })).text).toContain('<title>after</title>')
})

const next = nextProject()
const why =
  next === undefined ? ' (skipped: TUNNEL_TEST_NEXT names no directory with next, react and react-dom installed)' : ''

test.skipIf(next === undefined)(
  `the example next.mjs renders a page on the server${why}`,
  async () => {
    const edge = await startEdgeProgram()
    const directory = next?.() ?? ''
    mkdirSync(join(directory, 'app'))
    const layout = 'export default ({ children }) => <html lang="en"><body>{children}</body></html>\n'
    const page = `import { headers } from 'next/headers'
export default async () => <p>hello {(await headers()).get('x-visitor')}</p>\n`
    writeFileSync(join(directory, 'app/layout.jsx'), layout)
    writeFileSync(join(directory, 'app/page.jsx'), page)
    const url = await runExample('next.mjs', edge.connectionString, directory, {
      NODE_ENV: 'development',
      NEXT_TELEMETRY_DISABLED: '1',
    })
    const answer = await request(url, { ca: edge.ca, headers: { 'x-visitor': 'Ada' } })
    expect(answer).toMatchObject({ status: 200, text: expect.stringMatching(/<p>hello (<!-- -->)?Ada<\/p>/) })
  },
  120_000,
)
