import { writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws'
import { request } from '../harness/http-request.ts'
import { startAgentProgram, startEdgeProgram } from '../harness/programs.ts'
import { temporaryDirectory } from '../harness/temporary-directory.ts'
import { startUpstream, type Upstream } from '../harness/upstream.ts'
import { hasBrowser, openPage } from './browser.ts'

interface Tunnel {
  readonly page: Page
  readonly web: string
  readonly upstream: Upstream
  readonly received: { url: string; body: string }[]
  visit(path: string, options?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<number>
  readonly address: URL
  readonly ca: string
}

/** The programs as a user has them, and a page of the web interface. */
async function tunnelled(path = '/'): Promise<Tunnel> {
  const edge = await startEdgeProgram()
  const received: Tunnel['received'] = []
  const upstream = await startUpstream(async (incoming: IncomingMessage, response) => {
    const { url = '' } = incoming
    const body = (await buffer(incoming)).toString()
    received.push({ url, body })
    if (url.startsWith('/gzip')) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(gzipSync(JSON.stringify({ unpacked: received.length })))
    } else
      response
        .writeHead(received.length > 3 ? 200 : 500, { 'content-type': 'application/json' })
        .end(JSON.stringify({ count: received.length }))
  })
  const config = join(temporaryDirectory(), 'tunnel.yml')
  writeFileSync(config, 'version: 3\nagent:\n  web_addr: 127.0.0.1:0\n')
  const agent = await startAgentProgram(edge.connectionString, ['http', String(upstream.port), '--config', config])
  const web = /msg="starting web service" obj=web addr=(\S+)/.exec(agent.printed())?.[1]
  const [url = ''] = agent.urls
  const visit: Tunnel['visit'] = async (target, options = {}) =>
    (await request(url, { path: target, ca: edge.ca, ...options })).status
  const page = await openPage(`http://${web}${path}`)
  return { page, web: `http://${web}`, upstream, received, visit, address: new URL(url), ca: edge.ca }
}

const rows = (page: Page) => page.locator('.capture-row')

describe.skipIf(!hasBrowser)('the web interface of tunnel http (needs chromium)', () => {
  test('shows what goes through, live, finds it by its body, and looks into it', async () => {
    const { page, visit } = await tunnelled()
    await page.getByText('No requests yet').waitFor()
    await expect.poll(() => new URL(page.url()).pathname).toBe('/inspect/http')
    await visit('/gzip?x=1&y=a+b')
    await visit('/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"fee": 45 "details": "order 42"}',
    })
    await page.getByText('/orders').click()
    await page.getByText(`invalid character '"' after object key:value pair`).waitFor()
    await page.getByRole('heading', { name: 'Response 500' }).waitFor()

    await page.getByRole('combobox', { name: 'Filter' }).fill('"order 42"')
    await expect.poll(() => rows(page).count()).toBe(1)
    await page.getByRole('combobox', { name: 'Filter' }).fill('header.content-encoding:gzip')
    await rows(page).getByText('/gzip').click()
    await page.getByText('"unpacked"').waitFor()
    await page.getByText('Decoded from gzip').waitFor()
    await page.getByRole('region', { name: 'Request', exact: true }).getByRole('tab', { name: 'Headers' }).click()
    await page.getByRole('rowheader', { name: 'X-Forwarded-For' }).waitFor()
  })

  test('replays, as it was and changed, and shows what came of it', async () => {
    const { page, visit, received } = await tunnelled()
    await visit('/hook', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'pay' })
    await rows(page).first().click()
    await page.getByRole('button', { name: 'Replay', exact: true }).click()
    await page.getByText('Replay of').waitFor()
    await page.keyboard.press('d')
    await page.getByRole('region', { name: 'Bodies of the responses' }).getByText('1 line differs').waitFor()
    await page.keyboard.press('e')
    await page.getByLabel('Path').fill('/hook?again')
    await page.getByRole('textbox', { name: 'Body' }).fill('pay more')
    await page.getByRole('spinbutton', { name: 'Times' }).fill('2')
    await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click()
    await expect
      .poll(() => received)
      .toEqual([
        { url: '/hook', body: 'pay' },
        { url: '/hook', body: 'pay' },
        { url: '/hook?again', body: 'pay more' },
        { url: '/hook?again', body: 'pay more' },
      ])
    await expect.poll(() => rows(page).count()).toBe(4)
    await page.getByRole('heading', { level: 1, name: 'POST /hook?again' }).waitFor()
    await page.getByRole('heading', { name: 'Response 200' }).waitFor()
  })

  test('shows the messages of a WebSocket and sends one into it', async () => {
    const { page, upstream, address, ca } = await tunnelled()
    const sockets = new WebSocketServer({ noServer: true })
    upstream.server.on('upgrade', (incoming, socket, head) => {
      sockets.handleUpgrade(incoming, socket, head, (one) => one.on('message', (data) => one.send(`echo ${data}`)))
    })
    const trust = { ca, servername: address.hostname, headers: { host: address.host } }
    const visitor = new WebSocket(`wss://127.0.0.1:${address.port}/ws`, trust as ClientOptions)
    const heard: string[] = []
    visitor.on('message', (data) => heard.push(String(data)))
    visitor.on('open', () => visitor.send('hello'))
    await rows(page).getByText('/ws').click()
    await page.locator('.message-text').getByText('echo hello').waitFor()
    await page.getByRole('textbox', { name: 'Message to send' }).fill('from the inspector')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect.poll(() => heard).toContain('from the inspector')
    await page.getByText('sent here').waitFor()
    visitor.close()
    await expect.poll(() => page.getByRole('button', { name: 'Send', exact: true }).count()).toBe(0)
  })

  test('exports, clears, and imports what it exported', async () => {
    const { page, visit } = await tunnelled()
    expect([await visit('/one'), await visit('/two')]).toEqual([500, 500])
    await expect.poll(() => rows(page).count()).toBe(2)
    await page.getByRole('button', { name: 'Export and import' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export all secrets masked' }).click(),
    ])
    const path = join(temporaryDirectory(), 'exchanges.har')
    await download.saveAs(path)
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('2 exchanges cleared').waitFor()
    await page.getByText('No requests yet').waitFor()
    await page.getByRole('button', { name: 'Export and import' }).click()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: 'Import …' }).click(),
    ])
    await chooser.setFiles(path)
    await page.getByText('2 exchanges imported').waitFor()
    await expect
      .poll(() => rows(page).allInnerTexts())
      .toEqual([expect.stringContaining('imported'), expect.stringContaining('imported')])
  })

  test('pins, notes, saves as a test, and copies', async () => {
    const { page, visit } = await tunnelled()
    await visit('/kept')
    await rows(page).first().click()
    await page.locator('.waterfall').waitFor()
    await page.keyboard.press('s')
    await page.getByRole('button', { name: 'Pinned' }).waitFor()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Save as test: Vitest' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/\.test\.[mj]?[jt]s$/)
    await page.keyboard.press('c')
    await page.getByText('cURL command copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/^curl https:\/\/\S+\/kept/)
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('0 exchanges cleared').waitFor()
    expect(await rows(page).count()).toBe(1)
  })

  test('has a status page with the numbers of what went through', async () => {
    const { page, visit, web, address } = await tunnelled()
    await visit('/counted')
    await page.goto(`${web}/status`)
    await page.getByRole('heading', { name: /^online/ }).waitFor()
    await page.getByRole('table', { name: 'command_line' }).getByText(address.origin).waitFor()
    await expect
      .poll(() => page.getByRole('table', { name: 'HTTP Requests' }).getByRole('row').nth(1).innerText())
      .toMatch(/^command_line\t1\t/)
  })
})

test.skipIf(!hasBrowser)('answers with pages that may run nothing but their own files', async () => {
  const { page, web } = await tunnelled()
  const answer = await page.request.get(`${web}/inspect/http`)
  const policy = answer.headers()['content-security-policy'] ?? ''
  expect(policy).toContain("script-src 'self'")
  expect(policy).not.toMatch(/unsafe|\*/)
})
