import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { hasBrowser, openPage } from '../browser.ts'
import type { Exchange } from './exchanges.ts'
import { type MockAgent, startMockAgent } from './mock-agent.ts'

/** A page that looks at one exchange. */
async function looking(exchange: Exchange): Promise<{ agent: MockAgent; page: Page; id: string }> {
  const agent = await startMockAgent()
  const [id = ''] = agent.add(exchange)
  const page = await openPage(`${agent.url}/inspect/http?id=${id}`)
  await page.locator('.detail').waitFor()
  return { agent, page, id }
}

const request = (page: Page) => page.getByRole('region', { name: 'Request', exact: true })
const response = (page: Page) => page.getByRole('region', { name: 'Response', exact: true })
const table = (page: Page, name: string): Promise<string[]> =>
  page.getByRole('table', { name, exact: true }).getByRole('row').allInnerTexts()

/** 1 × 1 pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

describe.skipIf(!hasBrowser)('the details of an exchange (needs chromium)', () => {
  test('say where, when and how long', async () => {
    const { page } = await looking({ path: '/headers' })
    await page.getByRole('heading', { level: 1, name: 'GET /headers' }).waitFor()
    const meta = await page.locator('.detail-meta').innerText()
    expect(meta).toContain('Duration 26.58ms')
    expect(meta).toContain('IP 192.0.2.7')
    expect(meta).toContain('command_line → http://localhost:8080')
    await page.getByRole('heading', { name: 'Response 200 OK' }).waitFor()
  })

  test('show query, cookies and forms as tables', async () => {
    const { page } = await looking({
      method: 'POST',
      path: '/?x=1&name=Jos%C3%A9+B',
      headers: [
        ['Cookie', 'sid=abc; theme=dark'],
        ['Content-Type', 'application/x-www-form-urlencoded'],
      ],
      body: 'amount=12%2C50&note=a+b',
      responseHeaders: [['Set-Cookie', 'sid=xyz; Path=/; HttpOnly']],
    })
    await page.getByRole('table', { name: 'Form parameters' }).waitFor()
    expect(await table(page, 'Query parameters')).toEqual(['x\t1', 'name\tJosé B'])
    expect(await table(page, 'Cookies')).toEqual(['sid\tabc', 'theme\tdark'])
    expect(await table(page, 'Form parameters')).toEqual(['amount\t12,50', 'note\ta b'])
    expect(await table(page, 'Cookies set')).toEqual(['sid\txyz Path=/; HttpOnly'])
  })

  test('show the fields and files of a multipart body', async () => {
    const { page } = await looking({
      method: 'POST',
      headers: [['Content-Type', 'multipart/form-data; boundary=b']],
      body: Buffer.concat([
        Buffer.from(
          '--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nA cat\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="cat.png"\r\nContent-Type: image/png\r\n\r\n',
        ),
        PNG,
        Buffer.from('\r\n--b--\r\n'),
      ]),
    })
    await page.getByText('1 × 1').waitFor()
    const parts = await table(page, 'Parts')
    expect(parts[0]).toBe('title\tA cat')
    expect(parts[1]).toContain(`cat.png image/png ${PNG.length} bytes`)
  })

  test('lay out JSON and mark where it breaks', async () => {
    const { page } = await looking({
      method: 'POST',
      headers: [['Content-Type', 'application/vnd.shop+json']],
      body: '{"id":"ch_1","fee":45 "fee_details":[]}',
    })
    await page.getByText(`invalid character '"' after object key:value pair`).waitFor()
    const body = page.getByRole('region', { name: 'Body', exact: true })
    await expect.poll(() => page.locator('mark').allInnerTexts()).toEqual(['"fee_details"'])
    await page.getByRole('button', { name: 'Line 1, column 23' }).waitFor()
    await expect.poll(async () => (await body.innerText()).split('\n')).toContain('  "fee": 45')
    await page.getByRole('button', { name: 'As it is' }).click()
    await expect
      .poll(() => page.locator('.code-line').allInnerTexts())
      .toEqual(['{"id":"ch_1","fee":45 "fee_details":[]}'])
  })

  test('lay out XML and mark where it breaks', async () => {
    const { page } = await looking({
      responseHeaders: [['Content-Type', 'text/xml']],
      responseBody: '<a><b>1</b><c></d></a>',
    })
    await page.getByText('element <c> closed by </d>').waitFor()
    await expect.poll(() => page.locator('.code-line').allInnerTexts()).toContain('  <b>1</b>')
    await expect.poll(() => page.locator('mark').allInnerTexts()).toEqual(['</d>'])
  })

  test('show HTML as text, and run nothing of what was captured', async () => {
    const attack = `<img src=x onerror="window.attacked=1"><script>window.attacked=2</script>`
    const { page } = await looking({
      path: `/${encodeURIComponent(attack)}?q=${attack.replaceAll(' ', '+')}`,
      headers: [
        ['X-Attack', attack],
        ['Content-Type', 'application/json'],
      ],
      body: JSON.stringify({ attack }),
      reason: attack,
      responseHeaders: [['Content-Type', 'text/html']],
      responseBody: attack,
      summary: { note: attack, endpoint: attack },
    })
    await response(page).locator('.code-line').getByText(attack).waitFor()
    for (const name of ['Headers', 'Raw', 'Binary']) await request(page).getByRole('tab', { name }).click()
    expect(await page.evaluate(() => 'attacked' in window)).toBe(false)
    expect(await page.locator('#app img, #app iframe, #app script').count()).toBe(0)
  })

  test('show images, and SVG without what is active in it', async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4" onload="parent.attacked=1"><script>parent.attacked=2</script></svg>'
    const { page } = await looking({
      method: 'PUT',
      headers: [['Content-Type', 'image/png']],
      body: PNG,
      responseHeaders: [['Content-Type', 'image/svg+xml']],
      responseBody: svg,
    })
    await page.getByText('1 × 1').waitFor()
    await page.getByText('8 × 4').waitFor()
    expect(await page.evaluate(() => 'attacked' in window)).toBe(false)
  })

  test('show the fields of protobuf, and other bytes as a dump', async () => {
    const { page } = await looking({
      method: 'POST',
      headers: [['Content-Type', 'application/x-protobuf']],
      body: Buffer.from('089601120774657374696e67', 'hex'),
      responseHeaders: [['Content-Type', 'application/octet-stream']],
      responseBody: Buffer.from([0, 1, 2, 0x41]),
    })
    await page.getByText('"testing"').waitFor()
    expect(await page.locator('.protobuf li').first().innerText()).toMatch(/1\s+varint\s+150/)
    await response(page).getByText('00 01 02 41').waitFor()
  })

  test('undo a content coding for the summary, and keep the bytes for the rest', async () => {
    const { page } = await looking({
      responseHeaders: [
        ['Content-Type', 'application/json'],
        ['Content-Encoding', 'gzip'],
      ],
      responseBody: gzipSync('{"unpacked":true}'),
    })
    await response(page).getByText('"unpacked"').waitFor()
    await response(page).getByText('Decoded from gzip').waitFor()
    await response(page).getByRole('tab', { name: 'Binary' }).click()
    await response(page).getByText('1f 8b 08').waitFor()
  })

  test('show the bytes where a content coding cannot be undone', async () => {
    const { page } = await looking({ responseHeaders: [['Content-Encoding', 'gzip']], responseBody: 'no gzip' })
    await response(page).getByText('gzip could not be undone').waitFor()
    await response(page).getByText('no gzip', { exact: true }).waitFor()
  })

  test('have headers as they were sent, raw text and a dump', async () => {
    const { page } = await looking({
      headers: [
        ['x-CASE', '1'],
        ['X-Twice', 'a'],
        ['X-Twice', 'b'],
      ],
      responseBody: 'hello',
    })
    await request(page).getByRole('tab', { name: 'Headers' }).click()
    await expect
      .poll(() => table(page, 'Headers'))
      .toEqual(['Host\tshop.localhost:8443', 'Accept\t*/*', 'x-CASE\t1', 'X-Twice\ta', 'X-Twice\tb'])
    await page.keyboard.press('ArrowRight')
    await request(page).locator('.code-line').getByText('GET / HTTP/1.1', { exact: true }).waitFor()
    await response(page).getByRole('tab', { name: 'Binary' }).click()
    await response(page).getByText('48 54 54 50 2f 31 2e 31').waitFor()
  })

  test('show what took how long, and what the policy did', async () => {
    const { page } = await looking({
      detail: {
        informational: [{ status: 103, reason: 'Early Hints', headers: [], atMs: 3 }],
        policy: [
          { phase: 'on_http_request', rule: 'limit', action: 'rate-limit', outcome: 'passed', durationMs: 0.12 },
        ],
      },
    })
    const timing = page.getByRole('region', { name: 'Timing' })
    expect(await timing.getByRole('listitem').allInnerTexts()).toEqual(
      ['Connecting', 'Request', 'Upstream', 'Response'].map((name) => expect.stringContaining(name)),
    )
    await timing.getByText('103 Early Hints after 3.00ms').waitFor()
    await page.getByRole('region', { name: 'Traffic policy' }).getByText('rate-limit').waitFor()
  })

  test('say who ended it early', async () => {
    const { page } = await looking({
      status: null,
      summary: { state: 'failed', failure: 'ERR_UPSTREAM_REFUSED' },
      detail: { failureDetail: { code: 'ERR_UPSTREAM_REFUSED', side: 'upstream', message: 'connection refused' } },
    })
    await page.getByText('Ended by the upstream: connection refused').waitFor()
  })

  test('say when the exchange is no longer there', async () => {
    const agent = await startMockAgent()
    const page = await openPage(`${agent.url}/inspect/http?id=00000000000000ff`)
    await page.getByText('This exchange is no longer stored.').waitFor()
  })

  test('save as a test, take a note, and delete', async () => {
    const { agent, page, id } = await looking({ path: '/x' })
    await page.getByRole('button', { name: 'More', exact: true }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Save as test: node:test' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('capture.test.ts')

    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Note …' }).click()
    await page.getByRole('textbox', { name: 'Note' }).fill('look here')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.locator('.note').getByText('look here').waitFor()

    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByText('No requests yet').waitFor()
    expect(agent.asked.at(-1)).toMatchObject({ method: 'DELETE', path: `/api/captures/${id}` })
  })

  test('are copied as a command that sends the request again', async () => {
    const { page } = await looking({ method: 'POST', path: '/a?b=c', headers: [['X-Shop', `it's`]], body: 'x=1' })
    const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText())
    await page.keyboard.press('c')
    await page.getByText('cURL command copied').waitFor()
    expect(await clipboard()).toContain(`-H 'X-Shop: it'\\''s'`)
    expect(await clipboard()).toContain('https://shop.localhost:8443/a?b=c')
    for (const [name, beginning] of [
      ['fetch', 'await fetch('],
      ['HTTPie', 'http --ignore-stdin POST'],
    ] as const) {
      await page.getByRole('button', { name: 'Copy as' }).click()
      await page.getByRole('menuitem', { name }).click()
      await expect.poll(clipboard).toContain(beginning)
    }
  })

  test('scroll through a body of many lines without making them all', async () => {
    const { page } = await looking({
      responseHeaders: [['Content-Type', 'application/json']],
      responseBody: JSON.stringify(Array.from({ length: 50_000 }, (_, index) => index)),
    })
    const body = response(page).getByRole('region', { name: 'Body', exact: true })
    await body.getByText('0,', { exact: true }).waitFor()
    expect(await body.locator('.code-line').count()).toBeLessThan(200)
    await body.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
    await body.getByText('49999', { exact: true }).waitFor()
  })
})
