import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { hasBrowser, openPage } from '../browser.ts'
import { startMockAgent } from './mock-agent.ts'

async function opened(): Promise<Page> {
  const agent = await startMockAgent()
  const page = await openPage(`${agent.url}/status`)
  await page.getByRole('table', { name: 'Connections' }).waitFor()
  return page
}

const table = (page: Page, name: string): Promise<string[]> =>
  page.getByRole('table', { name, exact: true }).getByRole('row').allInnerTexts()

describe.skipIf(!hasBrowser)('the status page (needs chromium)', () => {
  test('shows the configuration of every endpoint and of the agent', async () => {
    const page = await opened()
    await page.getByRole('heading', { name: 'online – server 0.1.0' }).waitFor()
    await expect
      .poll(() => table(page, 'command_line'))
      .toEqual(['URL\thttps://shop.localhost:8443', 'Addr\thttp://localhost:8080', 'Inspect\tenabled', 'Proto\thttps'])
    await expect.poll(() => table(page, 'ssh')).toContain('Inspect\tdisabled')
    await expect
      .poll(() => table(page, 'Global'))
      .toEqual(expect.arrayContaining(['authtokenPrefix\tno value', 'consoleUi\tenabled', 'consoleUIColor\tblack']))
  })

  test('shows rates with two decimals and durations in seconds', async () => {
    const page = await opened()
    await expect
      .poll(() => table(page, 'Connections'))
      .toEqual([
        'tunnel\ttotal\topen\t/sec 1m\t/sec 5m\t/sec 15m',
        'command_line\t120\t3\t1.25\t0.50\t0.02',
        'ssh\t2\t3\t1.25\t0.50\t0.02',
        'All\t120\t3\t1.25\t0.50\t0.02',
      ])
    expect((await table(page, 'Connection Durations (in seconds)'))[1]).toBe('command_line\t0.04\t0.90\t1.50\t3.00')
    expect(await table(page, 'HTTP Requests')).toEqual([
      'tunnel\ttotal\t/sec 1m\t/sec 5m\t/sec 15m',
      'command_line\t340\t4.50\t2.25\t0.75',
      'All\t340\t4.50\t2.25\t0.75',
    ])
    expect((await table(page, 'HTTP Response Durations (in seconds)'))[1]).toBe('command_line\t0.01\t0.08\t0.12\t0.90')
  })

  test('draws what happens while it is looked at', async () => {
    const page = await opened()
    await page
      .getByRole('img', { name: 'Open connections: now 3, at most 3' })
      .locator('polyline')
      .waitFor({ state: 'attached' })
    await page.getByText('0 B of 50.0 MB').waitFor()
  })

  test('is reached from the list, and the list from it', async () => {
    const page = await opened()
    await page.getByRole('link', { name: 'Inspect' }).click()
    await page.getByText('No requests yet').waitFor()
    await page.getByRole('link', { name: 'Status' }).click()
    await page.getByRole('heading', { name: 'Configuration' }).waitFor()
    await expect.poll(() => new URL(page.url()).pathname).toBe('/status')
  })
})
