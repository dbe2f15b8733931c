import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { hasBrowser, openPage } from '../browser.ts'
import type { Exchange } from './exchanges.ts'
import { type MockAgent, startMockAgent } from './mock-agent.ts'

const webhook: Exchange = {
  method: 'POST',
  path: '/webhook?try=1',
  headers: [
    ['Content-Type', 'application/json'],
    ['X-Signature', 'abc'],
  ],
  body: '{"amount":500}',
  responseHeaders: [['Content-Type', 'application/json']],
  responseBody: '{"ok":true,"fee":45}',
}

async function looking(exchange: Exchange = webhook): Promise<{ agent: MockAgent; page: Page; id: string }> {
  const agent = await startMockAgent()
  const [id = ''] = agent.add(exchange)
  const page = await openPage(`${agent.url}/inspect/http?id=${id}`)
  // The detail is there before what it shows has come.
  await page.getByRole('button', { name: 'Replay', exact: true }).waitFor()
  return { agent, page, id }
}

const lastAsked = (agent: MockAgent): unknown => agent.asked.at(-1)?.body

/** Sends what the editor holds; the dialog closes when the agent has taken it. */
async function send(page: Page): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

describe.skipIf(!hasBrowser)('a replay (needs chromium)', () => {
  test('sends the request as it was and turns to its answer, which is marked and linked', async () => {
    const { agent, page, id } = await looking()
    await page.getByRole('button', { name: 'Replay', exact: true }).click()
    await page.getByText('Replay of').waitFor()
    expect(agent.asked).toEqual([{ method: 'POST', path: `/api/captures/${id}/replay`, body: {} }])
    await expect.poll(() => new URL(page.url()).searchParams.get('id')).toBe(agent.ids()[0])
    await expect.poll(() => page.locator('.capture-row').first().innerText()).toContain('replay')
    await page.getByRole('link', { name: 'POST /webhook?try=1' }).click()
    await page.getByText('Replayed once:').waitFor()
    await page.goBack()
    await page.getByText('Replay of').waitFor()
  })

  test('shows the new answer beside the old one', async () => {
    const { page } = await looking()
    await page.keyboard.press('r')
    await page.getByText('Replay of').waitFor()
    await page.keyboard.press('d')
    const head = page.getByRole('region', { name: 'Heads of the responses' })
    const body = page.getByRole('region', { name: 'Bodies of the responses' })
    await head.getByRole('heading', { name: 'Head: 2 lines differ' }).waitFor()
    await body.getByRole('heading', { name: 'Body: 1 line differs' }).waitFor()
    const lines = (kind: string) => () => body.locator(`[data-kind=${kind}]`).allInnerTexts()
    await expect.poll(lines('removed')).toEqual([expect.stringContaining('"fee": 45')])
    await expect.poll(lines('added')).toEqual([expect.stringContaining('"fee": 46')])
    await page.getByRole('region', { name: 'Comparison' }).getByRole('tab', { name: 'Request' }).click()
    await page.getByRole('heading', { name: 'Body: the same' }).waitFor()
    await page.getByRole('button', { name: 'Close the comparison' }).click()
    await body.waitFor({ state: 'detached' })
  })

  test('changes every part of the request', async () => {
    const { agent, page } = await looking()
    await page.getByRole('button', { name: 'More ways to replay' }).click()
    await page.getByRole('menuitem', { name: 'Replay with Modifications' }).click()
    const dialog = page.getByRole('dialog', { name: 'Modify Request' })
    await dialog.getByLabel('Method').fill('PUT')
    await dialog.getByLabel('Path').fill('/webhook?try=2')
    await dialog.getByLabel('Header 4: value').fill('def')
    await dialog.getByRole('button', { name: 'Remove header Accept' }).click()
    await dialog.getByRole('button', { name: '+ Add Header' }).click()
    await dialog.getByLabel('Header 4: name').fill('X-New')
    await dialog.getByLabel('Header 4: value').fill('1')
    await dialog.getByRole('button', { name: '+ Add Trailer' }).click()
    await dialog.getByLabel('Trailer 1: name').fill('Checksum')
    await dialog.getByLabel('Trailer 1: value').fill('9')
    await dialog.getByLabel('Body').fill('{"amount":1}')
    await dialog.getByLabel('Times').fill('2')
    await send(page)
    expect(lastAsked(agent)).toEqual({
      times: 2,
      method: 'PUT',
      target: '/webhook?try=2',
      headers: [
        ['Host', 'shop.localhost:8443'],
        ['Content-Type', 'application/json'],
        ['X-Signature', 'def'],
        ['X-New', '1'],
      ],
      trailers: [['Checksum', '9']],
      body: '{"amount":1}',
    })
    expect(agent.ids()).toHaveLength(3)
    await page.getByRole('heading', { level: 1, name: 'PUT /webhook?try=2' }).waitFor()
  })

  test('sends it several times', async () => {
    const { agent, page } = await looking()
    await page.getByRole('button', { name: 'More ways to replay' }).click()
    await page.getByRole('menuitem', { name: 'Replay 3 times' }).click()
    await page.getByText('Replayed 3 times').waitFor()
    expect(lastAsked(agent)).toEqual({ times: 3 })
    expect(agent.ids()).toHaveLength(4)
  })

  test('goes to another upstream', async () => {
    const { agent, page } = await looking()
    await page.keyboard.press('e')
    await page.getByRole('combobox', { name: 'To', exact: true }).selectOption('another upstream …')
    await expect.poll(() => page.getByRole('dialog').getByRole('button', { name: 'Replay' }).isDisabled()).toBe(true)
    await page.getByLabel('Address').fill('localhost:9000')
    await send(page)
    expect(lastAsked(agent)).toEqual({ upstream: 'localhost:9000' })
  })

  test('goes to another endpoint', async () => {
    const { agent, page } = await looking({ ...webhook, summary: { endpoint: 'other' } })
    await page.keyboard.press('e')
    await page.getByRole('combobox', { name: 'To', exact: true }).selectOption('command_line')
    await send(page)
    expect(lastAsked(agent)).toEqual({ endpoint: 'command_line' })
  })

  test('refuses what is no request before it is sent', async () => {
    const { page } = await looking()
    await page.keyboard.press('e')
    await page.getByLabel('Path').fill('/a b')
    await page.getByText('The path is empty or has spaces in it').waitFor()
    await expect.poll(() => page.getByRole('dialog').getByRole('button', { name: 'Replay' }).isDisabled()).toBe(true)
    await page.getByRole('textbox', { name: 'Body' }).fill('{"a":1 "b"}')
    await page.getByText(`JSON, line 1, column 8: invalid character '"' after object key:value pair`).waitFor()
  })

  test('leaves a body that is no text as it is', async () => {
    const { agent, page } = await looking({ ...webhook, body: Buffer.from([0, 1, 255]) })
    await page.keyboard.press('e')
    await page.getByText('its 3 bytes stay as they are').waitFor()
    await page.getByLabel('Path').fill('/other')
    await send(page)
    expect(lastAsked(agent)).toEqual({ target: '/other' })
  })

  test('of a truncated body asks first', async () => {
    const agent = await startMockAgent()
    const [id = ''] = agent.add(webhook)
    agent.change(id, (one) => {
      const request = one.detail.request
      if (!request) throw new Error('a request is missing')
      return {
        ...one,
        detail: {
          ...one.detail,
          truncated: true,
          request: { ...request, body: { ...request.body, bytes: 999, truncated: true } },
        },
      }
    })
    const page = await openPage(`${agent.url}/inspect/http?id=${id}`)
    await page.getByRole('button', { name: 'Replay', exact: true }).click()
    await page.getByText('Only the beginning of the body is stored').waitFor()
    await page.getByRole('checkbox', { name: 'Send the beginning of the body alone' }).check()
    await send(page)
    expect(lastAsked(agent)).toEqual({ allowTruncated: true })
  })

  test('that the agent refuses says why', async () => {
    const { page, agent, id } = await looking()
    agent.remove(id)
    await page.getByRole('button', { name: 'Replay', exact: true }).click()
    await page.getByText('Replay failed: resource not found').waitFor()
  })
})
