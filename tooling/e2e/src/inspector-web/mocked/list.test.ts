import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { hasBrowser, openPage } from '../browser.ts'
import type { Exchange } from './exchanges.ts'
import { type MockAgent, startMockAgent } from './mock-agent.ts'

const rows = (page: Page) => page.locator('.capture-row')
const paths = (page: Page): Promise<string[]> => page.locator('.row-path').allInnerTexts()
/** How many rows there are, made or not. */
const shownRows = async (page: Page): Promise<number> => Number(await rows(page).first().getAttribute('aria-setsize'))
const heading = (page: Page) => page.getByRole('heading', { level: 2 }).first()

const exchanges: Exchange[] = [
  { path: '/favicon.ico', status: 404, reason: 'NOT FOUND' },
  { path: '/api/orders?page=2', method: 'POST', body: 'order 42', durationMs: 1_500 },
  { path: '/api/shops', headers: [['X-Shop', 'acme']], responseBody: 'x'.repeat(20_000) },
  { path: '/', status: 502, reason: 'Bad Gateway', durationMs: 1.54 },
]

async function opened(address = '/inspect/http'): Promise<{ agent: MockAgent; page: Page }> {
  const agent = await startMockAgent()
  agent.add(...exchanges)
  const page = await openPage(agent.url + address)
  await rows(page).first().waitFor()
  return { agent, page }
}

describe.skipIf(!hasBrowser)('the list of exchanges (needs chromium)', () => {
  test('has the newest on top, with method, path, status, duration and size', async () => {
    const { page } = await opened()
    await expect.poll(() => paths(page)).toEqual(['/', '/api/shops', '/api/orders?page=2', '/favicon.ico'])
    expect((await rows(page).nth(0).innerText()).split(/\s+/)).toEqual(
      expect.arrayContaining(['502', 'GET', '/', '1.54ms']),
    )
    await expect.poll(() => heading(page).innerText()).toBe('All Requests 4')
  })

  test('shows what arrives while it is looked at, and what changes', async () => {
    const { agent, page } = await opened()
    const [id = ''] = agent.add({ path: '/slow', status: null, durationMs: null, summary: { state: 'open' } })
    await page.getByText('/slow').waitFor()
    agent.change(id, (one) => ({
      ...one,
      detail: { ...one.detail, status: 500, reason: 'Oops', state: 'complete', durationMs: 42 },
    }))
    await rows(page).first().getByText('500').waitFor()
  })

  test('is empty with a hint of the addresses to visit', async () => {
    const agent = await startMockAgent()
    const page = await openPage(agent.url)
    await page.getByText('No requests yet').waitFor()
    await page.getByRole('link', { name: 'https://shop.localhost:8443' }).waitFor()
  })

  test('says when the agent is gone, and goes on when it is back', async () => {
    const { agent, page } = await opened()
    await page.getByText('online', { exact: true }).waitFor()
    const mend = agent.cutFeeds()
    await page.getByText('agent unreachable').waitFor()
    agent.add({ path: '/meanwhile' })
    mend()
    await page.getByText('/meanwhile').waitFor()
    await page.getByText('online', { exact: true }).waitFor()
  })

  test('rests while it is paused, and catches up', async () => {
    const { agent, page } = await opened()
    await page.keyboard.press('p')
    await page.getByRole('button', { name: 'Paused' }).waitFor()
    agent.add({ path: '/while-paused' })
    await page.getByRole('button', { name: '1 waiting' }).waitFor()
    expect(await rows(page).count()).toBe(4)
    await page.getByRole('button', { name: '1 waiting' }).click()
    await page.getByText('/while-paused').waitFor()
  })

  test('clears, but for what is pinned', async () => {
    const { agent, page } = await opened()
    await rows(page).nth(1).click()
    await page.keyboard.press('s')
    await page.getByRole('button', { name: 'Pinned' }).waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('3 exchanges cleared').waitFor()
    await expect.poll(() => paths(page)).toEqual(['/api/shops'])
    expect(agent.asked.map(({ method }) => method)).toEqual(['PATCH', 'DELETE'])
  })

  test('is walked through by keys', async () => {
    const { agent, page } = await opened()
    const selected = (): Promise<string> => page.locator('.capture-row[aria-selected=true] .row-path').innerText()
    const focused = () => page.evaluate(() => document.activeElement?.className)
    await page.keyboard.press('j')
    await expect.poll(selected).toBe('/')
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowDown')
    await expect.poll(selected).toBe('/api/orders?page=2')
    await page.keyboard.press('k')
    await expect.poll(selected).toBe('/api/shops')
    await page.keyboard.press('G')
    await expect.poll(selected).toBe('/favicon.ico')
    await page.keyboard.press('g')
    await expect.poll(selected).toBe('/')
    await expect.poll(() => new URL(page.url()).searchParams.get('id')).toBe(agent.ids()[0])
    await page.getByRole('heading', { level: 1, name: 'GET /' }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('inspect-detail')
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe('capture-list')
  })

  test('takes a key that is pressed before the details of what was chosen are there', async () => {
    const { agent, page } = await opened()
    const release = agent.holdDetails()
    await rows(page).nth(1).click()
    await page.keyboard.press('s')
    release()
    await page.getByRole('button', { name: 'Pinned' }).waitFor()
    const path = `/api/captures/${agent.ids()[1]}`
    expect(agent.asked).toEqual([{ method: 'PATCH', path, body: { pinned: true } }])
  })

  test('forgets such a key when something else is chosen', async () => {
    const { agent, page } = await opened()
    const release = agent.holdDetails()
    await rows(page).nth(1).click()
    await page.keyboard.press('s')
    await page.keyboard.press('j')
    release()
    await page.getByRole('heading', { level: 1, name: 'POST /api/orders?page=2' }).waitFor()
    await page.keyboard.press('s')
    await page.getByRole('button', { name: 'Pinned' }).waitFor()
    expect(agent.asked.map(({ path }) => path)).toEqual([`/api/captures/${agent.ids()[2]}`])
  })

  test('names its keys on a sheet', async () => {
    const { page } = await opened()
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keys and filters' })
    await sheet.getByText('Replay with modifications').waitFor()
    await page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
  })

  test('exports what matches as HAR, and imports one', async () => {
    const { page } = await opened('/inspect/http?filter=status:5xx')
    await page.getByRole('button', { name: 'Export and import' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export what matches secrets masked' }).click(),
    ])
    const har = JSON.parse(await streamText(await download.createReadStream())) as { log: { entries: unknown[] } }
    expect(download.suggestedFilename()).toBe('exchanges.har')
    expect(har.log.entries).toHaveLength(1)

    await page.getByRole('button', { name: 'Remove all filters' }).click()
    await page.getByRole('button', { name: 'Export and import' }).click()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: 'Import …' }).click(),
    ])
    const entry = { request: { method: 'PUT', url: 'https://example.com/imported' } }
    await chooser.setFiles({
      name: 'a.har',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify({ log: { entries: [entry] } })),
    })
    await page.getByText('1 exchange imported').waitFor()
    await page.getByText('/imported').waitFor()
  })
})

describe.skipIf(!hasBrowser)('the filter (needs chromium)', () => {
  test('matches as it is typed, all conditions at once, and stays in the address', async () => {
    const { agent, page } = await opened()
    await page.keyboard.press('/')
    await page.keyboard.type('-path:favicon')
    await expect.poll(() => rows(page).count()).toBe(3)
    await page.keyboard.press('Enter')
    await page.keyboard.type('StatusCode !match 20')
    await page.keyboard.press('Enter')
    await expect.poll(() => paths(page)).toEqual(['/'])
    await expect.poll(() => heading(page).innerText()).toBe('Filtered Requests: matched 1 of 4')
    const written = (): string | null => new URL(page.url()).searchParams.get('filter')
    await expect.poll(written).toBe('-path:favicon StatusCode !match 20')

    const other = await openPage(page.url())
    await expect.poll(() => paths(other)).toEqual(['/'])
    agent.add({ path: '/not-it' }, { path: '/it', status: 503 })
    await expect.poll(() => paths(other)).toEqual(['/it', '/'])
  })

  test('is put together from the menu, turned round and taken away', async () => {
    const { page } = await opened()
    await page.getByRole('combobox', { name: 'Filter' }).click()
    await page.getByRole('option', { name: 'status status:5xx' }).click()
    await page.getByRole('option', { name: 'status:5xx', exact: true }).click()
    await expect.poll(() => paths(page)).toEqual(['/'])
    await page.getByRole('button', { name: 'status:5xx', exact: true }).click()
    await expect.poll(() => rows(page).count()).toBe(3)
    await page.getByRole('button', { name: 'Remove -status:5xx' }).click()
    await expect.poll(() => rows(page).count()).toBe(4)
  })

  test('knows duration, size and method', async () => {
    const { page } = await opened()
    for (const [filter, found] of [
      ['duration>1s', ['/api/orders?page=2']],
      ['size>10kb', ['/api/shops']],
      ['method:post', ['/api/orders?page=2']],
      ['path:/api/* -method:post', ['/api/shops']],
    ] as const) {
      await page.getByRole('combobox', { name: 'Filter' }).fill(filter)
      await expect.poll(() => paths(page), { message: filter }).toEqual(found)
    }
  })

  test('asks the agent about headers and the text of bodies', async () => {
    const { agent, page } = await opened()
    await page.getByRole('combobox', { name: 'Filter' }).fill('header.x-shop:acme')
    await expect.poll(() => paths(page)).toEqual(['/api/shops'])
    await page.getByRole('combobox', { name: 'Filter' }).fill('"order 42"')
    await expect.poll(() => paths(page)).toEqual(['/api/orders?page=2'])
    agent.add({ path: '/another', body: 'my Order 42' }, { path: '/other' })
    await expect.poll(() => paths(page)).toEqual(['/another', '/api/orders?page=2'])
    await page.getByRole('button', { name: 'Remove all filters' }).click()
    await expect.poll(() => rows(page).count()).toBe(6)
  })

  test('says what is wrong with it', async () => {
    const { page } = await opened()
    await page.goto(`${page.url()}?filter=status:abc`)
    await page.getByRole('alert').getByText('expected a status').waitFor()
    await expect.poll(() => rows(page).count()).toBe(4)
  })

  test('offers to be removed where nothing matches', async () => {
    const { page } = await opened()
    await page.getByRole('combobox', { name: 'Filter' }).fill('path:/nowhere')
    await page.getByRole('button', { name: 'Remove the filter' }).click()
    await expect.poll(() => rows(page).count()).toBe(4)
  })
})

describe.skipIf(!hasBrowser)('ten thousand exchanges (needs chromium)', () => {
  test('are all there, of which only those in sight are made', { timeout: 120_000 }, async () => {
    const agent = await startMockAgent()
    agent.add(...Array.from({ length: 5_000 }, (_, index) => ({ path: `/early/${index}` })))
    const page = await openPage(`${agent.url}/inspect/http`)
    await rows(page).first().waitFor()
    for (let batch = 0; batch < 50; batch++) {
      agent.add(
        ...Array.from({ length: 100 }, (_, index) => ({
          path: `/late/${batch}/${index}`,
          status: index === 7 ? 500 : 200,
        })),
      )
    }
    await expect.poll(() => heading(page).innerText(), { timeout: 30_000 }).toBe('All Requests 10,000')
    await expect.poll(() => shownRows(page)).toBe(10_000)
    expect(await rows(page).count()).toBeLessThan(100)
    await expect.poll(async () => (await paths(page))[0]).toBe('/late/49/99')

    await page.keyboard.press('G')
    await page.getByText('/early/0', { exact: true }).waitFor()
    await page.getByRole('combobox', { name: 'Filter' }).fill('status:5xx')
    await expect.poll(() => heading(page).innerText()).toBe('Filtered Requests: matched 50 of 10,000')
  })

  test('come also where the feed says only that there were many', async () => {
    const agent = await startMockAgent()
    const page = await openPage(`${agent.url}/inspect/http`)
    await page.getByText('No requests yet').waitFor()
    for (let burst = 0; burst < 3; burst++) {
      agent.addMuch(...Array.from({ length: 700 }, (_, index) => ({ path: `/burst/${burst}/${index}` })))
    }
    await expect.poll(() => shownRows(page)).toBe(2_100)
    await page.keyboard.press('G')
    await page.getByText('/burst/0/0', { exact: true }).waitFor()
    await page.keyboard.press('p')
    await page.getByRole('button', { name: 'Paused' }).waitFor()
    agent.addMuch({ path: '/one' }, { path: '/two' })
    await page.getByRole('button', { name: '1 waiting' }).click()
    await page.keyboard.press('g')
    await expect.poll(async () => (await paths(page)).slice(0, 2)).toEqual(['/two', '/one'])
  })

  test('leave what is looked at in its place when more arrive above it', { timeout: 120_000 }, async () => {
    const agent = await startMockAgent()
    agent.add(...Array.from({ length: 1_000 }, (_, index) => ({ path: `/early/${index}` })))
    const page = await openPage(`${agent.url}/inspect/http`)
    await rows(page).first().waitFor()
    const list = page.locator('.capture-list')
    await list.evaluate((element) => {
      element.scrollTop = 15_000
    })
    const row = page.getByText('/early/495', { exact: true })
    await row.waitFor()
    const before = await row.boundingBox()
    agent.add(...Array.from({ length: 30 }, (_, index) => ({ path: `/late/${index}` })))
    await expect.poll(() => heading(page).innerText()).toBe('All Requests 1,030')
    await expect.poll(async () => (await row.boundingBox())?.y).toBe(before?.y)
  })
})

async function streamText(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
