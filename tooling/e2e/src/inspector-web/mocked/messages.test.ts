import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { CaptureMessage } from '../../../../../packages/inspector/src/contract.ts'
import { hasBrowser, openPage } from '../browser.ts'
import type { Exchange } from './exchanges.ts'
import { type MockAgent, startMockAgent } from './mock-agent.ts'

async function looking(exchange: Exchange): Promise<{ agent: MockAgent; page: Page; id: string }> {
  const agent = await startMockAgent()
  const [id = ''] = agent.add(exchange)
  const page = await openPage(`${agent.url}/inspect/http?id=${id}`)
  await page.locator('.messages').waitFor()
  return { agent, page, id }
}

const texts = (page: Page): Promise<string[]> => page.locator('.message-text').allInnerTexts()
const common = { atMs: 5, truncated: false } as const

function webSocketMessage(index: number, direction: CaptureMessage['direction'], text: string): CaptureMessage {
  return {
    ...common,
    type: 'websocket',
    index,
    direction,
    atMs: index * 10,
    bytes: text.length,
    opcode: 'text',
    text,
    compressed: false,
    injected: false,
  }
}

const socket: Exchange = {
  path: '/ws',
  status: 101,
  reason: 'Switching Protocols',
  durationMs: null,
  summary: { kind: 'websocket', state: 'open' },
  messages: [
    webSocketMessage(0, 'request', '{"hello":"there"}'),
    webSocketMessage(1, 'response', 'hi'),
    webSocketMessage(2, 'request', 'bye'),
  ],
}

describe.skipIf(!hasBrowser)('messages (needs chromium)', () => {
  test('of a WebSocket are listed both ways, found, and looked at one by one', async () => {
    const { page } = await looking(socket)
    await page.getByRole('region', { name: 'WebSocket messages' }).waitFor()
    await expect.poll(() => texts(page)).toEqual(['{"hello":"there"}', 'hi', 'bye'])
    await expect.poll(() => page.getByRole('img', { name: 'to the upstream', exact: true }).count()).toBe(2)

    await page.getByRole('combobox', { name: 'Direction' }).selectOption('To the visitor')
    await expect.poll(() => texts(page)).toEqual(['hi'])
    await page.getByRole('combobox', { name: 'Direction' }).selectOption('Both ways')
    await page.getByRole('searchbox', { name: 'Search in messages' }).fill('BYE')
    await expect.poll(() => texts(page)).toEqual(['bye'])
    await page.getByRole('searchbox', { name: 'Search in messages' }).fill('')
    await expect.poll(() => texts(page)).toHaveLength(3)

    await page.getByRole('listbox', { name: 'Messages' }).focus()
    await page.keyboard.press('ArrowDown')
    const message = page.getByRole('region', { name: 'Message', exact: true })
    await message.getByText('"there"').waitFor()
    await message.getByRole('button', { name: 'Binary' }).click()
    await message.getByText('7b 22 68').waitFor()
  })

  test('of a WebSocket appear as they come', async () => {
    const { agent, page, id } = await looking(socket)
    agent.change(id, (one) => ({
      ...one,
      messages: [...one.messages, webSocketMessage(3, 'response', 'one more')],
      detail: { ...one.detail, messageCount: 4 },
    }))
    await expect.poll(() => texts(page)).toContain('one more')
  })

  test('are sent into an open WebSocket', async () => {
    const { agent, page, id } = await looking(socket)
    await page.getByRole('textbox', { name: 'Message to send' }).fill('from here')
    await page.getByRole('combobox', { name: 'Send to' }).selectOption('to the upstream')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await expect.poll(() => texts(page)).toContain('from here')
    await page.getByText('sent here').waitFor()
    expect(agent.asked).toEqual([
      { method: 'POST', path: `/api/captures/${id}/messages`, body: { to: 'upstream', text: 'from here' } },
    ])
    await page.getByRole('combobox', { name: 'Form' }).selectOption('binary')
    await page.getByRole('textbox', { name: 'Message to send' }).fill('AAEC')
    await page.keyboard.press('Control+Enter')
    await expect.poll(() => texts(page)).toContain('00 01 02')
  })

  test('of a closed WebSocket cannot be sent', async () => {
    const { page } = await looking({ ...socket, summary: { kind: 'websocket', state: 'complete' } })
    await expect.poll(() => texts(page)).toHaveLength(3)
    expect(await page.getByRole('button', { name: 'Send', exact: true }).count()).toBe(0)
  })

  test('are events of a stream, with their names and ids', async () => {
    const { page } = await looking({
      path: '/events',
      summary: { kind: 'sse' },
      messages: [
        {
          ...common,
          type: 'sse',
          index: 0,
          direction: 'response',
          bytes: 9,
          event: 'price',
          id: '7',
          text: '{"eur":1}',
        },
      ],
    })
    await page.getByRole('region', { name: 'Events' }).waitFor()
    await page.getByText('price').click()
    await page.getByText('9 bytes, id 7').waitFor()
  })

  test('of gRPC show their fields', async () => {
    const { page } = await looking({
      path: '/shop.Orders/Get',
      summary: { kind: 'grpc', grpcStatus: 5, protocol: 'HTTP/2' },
      messages: [
        {
          ...common,
          type: 'grpc',
          index: 0,
          direction: 'request',
          bytes: 5,
          compressed: false,
          base64: Buffer.from('\x0a\x05order').toString('base64'),
        },
      ],
    })
    await page.getByText('1: "order"').click()
    await page.locator('.protobuf').getByText('"order"').waitFor()
    expect(await page.locator('.detail-title .outcome').getAttribute('data-outcome')).toBe('bad')
    expect(await page.locator('.detail-title .outcome').innerText()).toContain('grpc-status 5')
  })

  test('of a byte stream are a timeline', async () => {
    const pieces: CaptureMessage[] = [
      { ...common, type: 'bytes', index: 0, direction: 'request', atMs: 0, bytes: 4, offset: 0, text: 'ping' },
      { ...common, type: 'bytes', index: 1, direction: 'response', atMs: 20, bytes: 3, offset: 0, base64: 'AAEC' },
    ]
    const { page } = await looking({
      status: null,
      method: '',
      path: '',
      summary: { kind: 'tcp', protocol: 'TCP', method: '', path: '', state: 'complete' },
      messages: pieces,
    })
    await page.getByRole('heading', { level: 1, name: 'TCP 192.0.2.7' }).waitFor()
    await page.getByRole('img', { name: '4 B to the upstream and 3 B to the visitor in 20.00ms' }).waitFor()
    await expect.poll(() => texts(page)).toEqual(['ping', '00 01 02'])
    expect(await page.getByRole('button', { name: 'Replay', exact: true }).count()).toBe(0)
  })

  test('are read to the end, many of them without making them all', async () => {
    const { page } = await looking({
      ...socket,
      messages: Array.from({ length: 1_234 }, (_, index) => webSocketMessage(index, 'response', `m${index}`)),
    })
    await page.getByRole('heading', { name: 'WebSocket messages 1234' }).waitFor()
    expect(await page.locator('.message-row').count()).toBeLessThan(100)
    await page
      .getByRole('listbox', { name: 'Messages' })
      .evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
    await page.getByText('m1233', { exact: true }).waitFor()
  })
})
