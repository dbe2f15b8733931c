import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { hasBrowser, openPage } from '../browser.ts'
import { startMockAgent } from './mock-agent.ts'

const LONG = `/${'a-very-long-path-without-any-place-to-break'.repeat(6)}?x=1`

async function busyAgent() {
  const agent = await startMockAgent()
  const [id = ''] = agent.add({
    method: 'POST',
    path: LONG,
    headers: [
      ['Content-Type', 'application/json'],
      ['X-Long', 'v'.repeat(400)],
    ],
    body: JSON.stringify({ long: 'w'.repeat(2_000) }),
    responseHeaders: [['Content-Type', 'text/plain']],
    responseBody: 'x'.repeat(5_000),
    detail: {
      policy: [{ phase: 'on_http_request', rule: 'r'.repeat(80), action: 'deny', outcome: 'passed', durationMs: 1 }],
    },
  })
  return { agent, id }
}

/** Whether anything is wider than the window. */
const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(
    () =>
      document.documentElement.scrollWidth > window.innerWidth ||
      [...document.querySelectorAll('.inspect-detail, .status')].some((one) => one.scrollWidth > one.clientWidth),
  )

const background = (page: Page): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor)

describe.skipIf(!hasBrowser)('the pages (needs chromium)', () => {
  test('fit every width from a phone to a wall', async () => {
    const { agent, id } = await busyAgent()
    for (const width of [360, 760, 1024, 1920, 3840]) {
      const page = await openPage(`${agent.url}/inspect/http?id=${id}`, { viewport: { width, height: 800 } })
      await page.locator('.waterfall').waitFor()
      expect([width, await overflows(page)]).toEqual([width, false])
      for (const tab of await page.getByRole('tab', { name: 'Headers' }).all()) await tab.click()
      expect([width, await overflows(page)]).toEqual([width, false])
      await page.goto(`${agent.url}/status`)
      await page.getByRole('table', { name: 'Connections' }).waitFor()
      expect([width, await overflows(page)]).toEqual([width, false])
    }
  })

  test('show list and details one at a time on a phone', async () => {
    const { agent } = await busyAgent()
    const page = await openPage(`${agent.url}/inspect/http`, { viewport: { width: 360, height: 720 } })
    await page.locator('.capture-row').click()
    await page.locator('.detail').waitFor()
    await page.locator('.capture-list').waitFor({ state: 'hidden' })
    await page.goBack()
    await page.locator('.capture-row').waitFor()
    await page.locator('.capture-row').click()
    await page.getByRole('button', { name: 'Back to the list' }).click()
    await page.locator('.capture-row').waitFor()
    await page.locator('.detail').waitFor({ state: 'hidden' })
  })

  test('open their menus within the window', async () => {
    const { agent, id } = await busyAgent()
    for (const width of [360, 480, 800]) {
      const page = await openPage(`${agent.url}/inspect/http?id=${id}`, { viewport: { width, height: 800 } })
      await page.locator('.waterfall').waitFor()
      for (const name of ['More ways to replay', 'Copy as', 'More']) {
        await page.getByRole('button', { name, exact: true }).click()
        const box = await page.getByRole('menu').boundingBox()
        expect([width, name, (box?.x ?? -1) >= 0, (box?.x ?? 0) + (box?.width ?? width) <= width]).toEqual([
          width,
          name,
          true,
          true,
        ])
        await page.keyboard.press('Escape')
        await page.getByRole('menu').waitFor({ state: 'detached' })
        expect(await overflows(page)).toBe(false)
      }
    }
  })

  test('are light or dark as the system is, or as the reader says', async () => {
    const { agent } = await busyAgent()
    const light = await openPage(`${agent.url}/inspect/http`, { colorScheme: 'light' })
    const dark = await openPage(`${agent.url}/inspect/http`, { colorScheme: 'dark' })
    await light.locator('.capture-row').waitFor()
    await dark.locator('.capture-row').waitFor()
    const colours = [await background(light), await background(dark)]
    expect(colours[0]).not.toBe(colours[1])

    await light.getByRole('button', { name: 'Theme: system' }).click()
    await light.getByRole('button', { name: 'Theme: light' }).click()
    await light.getByRole('button', { name: 'Theme: dark' }).waitFor()
    await expect.poll(() => background(light)).toBe(colours[1])
    await light.reload()
    await light.getByRole('button', { name: 'Theme: dark' }).waitFor()
    await expect.poll(() => background(light)).toBe(colours[1])
  })

  test('have text that stands out from what is behind it', async () => {
    const { agent, id } = await busyAgent()
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await openPage(`${agent.url}/inspect/http?id=${id}`, { colorScheme })
      await page.locator('.waterfall').waitFor()
      expect(await faintTexts(page)).toEqual([])
    }
  })

  test('have a name for everything that can be worked', async () => {
    const { agent, id } = await busyAgent()
    const page = await openPage(`${agent.url}/inspect/http?id=${id}`)
    await page.locator('.waterfall').waitFor()
    await page.keyboard.press('e')
    await page.getByRole('dialog').waitFor()
    const nameless = await page.evaluate(() =>
      [
        ...document.querySelectorAll<HTMLElement>(
          'button, a, input, select, textarea, [role=listbox], [role=region], dialog',
        ),
      ]
        .filter((one) => {
          const labels = 'labels' in one ? [...((one as HTMLInputElement).labels ?? [])] : []
          const labelled = (one.getAttribute('aria-labelledby') ?? '')
            .split(' ')
            .map((id) => document.getElementById(id)?.textContent ?? '')
          const words = [
            one.getAttribute('aria-label'),
            ...labelled,
            ...labels.map((label) => label.textContent),
            one.textContent,
          ]
          return words.every((word) => !word?.trim())
        })
        .map((one) => one.outerHTML),
    )
    expect(nameless).toEqual([])
  })

  test('show where the focus is, at every stop of the tab key', async () => {
    const { agent, id } = await busyAgent()
    const page = await openPage(`${agent.url}/inspect/http?id=${id}`)
    await page.locator('.waterfall').waitFor()
    const stops: string[] = []
    const hidden: string[] = []
    for (let stop = 0; stop < 40; stop++) {
      await page.keyboard.press('Tab')
      const { name, visible } = await page.evaluate(() => {
        const focused = document.activeElement as HTMLElement
        const around = focused.closest('.filter-field') ?? focused
        const shows = [focused, around].some((one) => getComputedStyle(one).outlineStyle !== 'none')
        return { name: focused.outerHTML.slice(0, 120), visible: focused === document.body || shows }
      })
      stops.push(name)
      if (!visible) hidden.push(name)
    }
    expect(hidden).toEqual([])
    expect(new Set(stops).size).toBeGreaterThan(15)
  })

  test('do not move for those who want no motion', async () => {
    const { agent } = await busyAgent()
    const page = await openPage(`${agent.url}/inspect/http`, { reducedMotion: 'reduce' })
    await page.locator('.capture-row').waitFor()
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  })
})

/** Texts whose contrast with their background is below what WCAG 2.2 AA asks of small text. */
async function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    if (!canvas) throw new Error('there is no canvas')
    /** Over `below`, since a colour may let it through. */
    const rgb = (colours: string[]): number[] => {
      canvas.clearRect(0, 0, 1, 1)
      for (const colour of colours) {
        canvas.fillStyle = colour
        canvas.fillRect(0, 0, 1, 1)
      }
      return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)]
    }
    const luminance = (channels: number[]): number => {
      const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
        const part = channel / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const behind = (element: Element | null): string[] =>
      element ? [...behind(element.parentElement), getComputedStyle(element).backgroundColor] : []
    const faint: string[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement
      if (!element || !node.textContent?.trim() || !element.checkVisibility()) continue
      const below = behind(element)
      const [lighter = 0, darker = 0] = [rgb(below), rgb([...below, getComputedStyle(element).color])]
        .map(luminance)
        .sort((a, b) => b - a)
      const contrast = (lighter + 0.05) / (darker + 0.05)
      if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${element.className} ${node.textContent.slice(0, 40)}`)
    }
    return faint
  })
}
