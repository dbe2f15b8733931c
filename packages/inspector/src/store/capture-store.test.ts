import type { RequestHead, ResponseHead } from '@tunnel/http'
import { seeded } from '@tunnel/testkit'
import { describe, expect, test } from 'vitest'
import type { Capture } from './capture.ts'
import { CaptureStore } from './capture-store.ts'
import { ExchangeRecorder } from './exchange-recorder.ts'

const source = { name: 'web', upstream: 'localhost:80', url: 'https://web.example' }

/** What a store is to do, written so that nobody can doubt it. */
class PlainStore {
  readonly captures: Capture[] = []
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  add(capture: Capture): void {
    this.captures.push(capture)
    if (this.captures.length > this.#max) this.delete(this.captures.find(({ pinned }) => !pinned) ?? this.captures[0])
  }

  delete(capture: Capture | undefined): void {
    if (capture) this.captures.splice(this.captures.indexOf(capture), 1)
  }
}

describe('the order of captures', () => {
  test.each([1, 3, 63, 64, 65, 200])('with %i of them, whatever is pinned and deleted', (maxCaptures) => {
    const random = seeded(maxCaptures)
    const store = new CaptureStore({ limits: { maxCaptures } })
    const plain = new PlainStore(maxCaptures)
    const ids: string[] = []
    for (let step = 0; step < 3000; step++) {
      const what = random()
      const chosen = plain.captures[Math.floor(random() * plain.captures.length)]
      if (what < 0.7 || !chosen) {
        const capture = store.begin(source, 'http')
        ids.push(capture.id)
        plain.add(capture)
      } else if (what < 0.9) {
        store.pin(chosen, !chosen.pinned)
      } else {
        store.delete(chosen)
        plain.delete(chosen)
      }
      if (step % 50 > 0) continue
      expect(store.newestFirst().map(({ id }) => id)).toEqual(plain.captures.map(({ id }) => id).reverse())
      expect(store.size).toBe(plain.captures.length)
      expect(ids.filter((id) => store.get(id)?.id === id)).toEqual(plain.captures.map(({ id }) => id))
    }
  })

  test('an old one that nobody touches stays while thousands after it are deleted', () => {
    const store = new CaptureStore({ limits: { maxCaptures: 100 } })
    const { id } = store.begin(source, 'http')
    for (let count = 0; count < 5000; count++) store.delete(store.begin(source, 'http'))
    const { id: newest } = store.begin(source, 'http')
    expect(store.newestFirst().map((one) => one.id)).toEqual([newest, id])
    expect(store.get(id)?.id).toBe(id)
  })
})

test.each(['', '0', 'zzzzzzzzzzzzzzzz', 'ffffffffffffffff', '0000000000000001'])('%j is the id of none', (id) => {
  const store = new CaptureStore()
  store.begin(source, 'http')
  expect(store.get(id)).toBeUndefined()
})

describe('small bodies', () => {
  const stored = (store: CaptureStore, text: string): Capture => {
    const capture = store.begin(source, 'http')
    const body = capture.ownBody('response')
    store.charge(capture, store.append(capture, body, Buffer.from(text)))
    return capture
  }

  test('are each their own, beside thousands of others', () => {
    const store = new CaptureStore()
    const captures = Array.from({ length: 5000 }, (_, index) =>
      stored(store, `body ${index} `.repeat(1 + (index % 40))),
    )
    const texts = captures.map(({ responseBody }) => responseBody.read().toString())
    expect(texts).toEqual(captures.map((_, index) => `body ${index} `.repeat(1 + (index % 40))))
  })

  test('go on in pieces, and are the same when pinned', () => {
    const store = new CaptureStore()
    const capture = stored(store, 'first, ')
    stored(store, 'of another')
    store.append(capture, capture.responseBody, Buffer.from('second, '))
    store.pin(capture, true)
    store.append(capture, capture.responseBody, Buffer.from('third'))
    expect(capture.responseBody.read().toString()).toBe('first, second, third')
    expect(capture.responseBody.read(5, 9).toString()).toBe(', se')
  })
})

describe('captures that went before anybody knew them', () => {
  const request = (target: string) =>
    ({ method: 'GET', target, headers: [], framing: 'none' }) as unknown as RequestHead
  const response = (status: number) =>
    ({ status, reason: '', headers: [], framing: 'length' }) as unknown as ResponseHead

  function exchange(store: CaptureStore, target: string, body = ''): ExchangeRecorder {
    const recorder = new ExchangeRecorder(store, store.beginUnknown(source), undefined)
    recorder.onRequestHead(request(target), 100)
    if (body) recorder.onRequestBody(Buffer.from(body))
    recorder.onRequestEnd(body ? ['T', body] : undefined, 101)
    recorder.onInformational(response(103), 102)
    recorder.onResponseHead(response(200), 103)
    if (body) recorder.onResponseBody(Buffer.from(body))
    recorder.onResponseEnd(undefined, 104)
    return recorder
  }

  test('leave nothing in those that are made of them', () => {
    const store = new CaptureStore({ limits: { maxCaptures: 1 } })
    const first = exchange(store, '/first', 'a body')
    exchange(store, '/second', 'another')
    // Made of the first, which was over when the second came.
    const recorder = new ExchangeRecorder(store, store.beginUnknown(source), undefined)
    expect(recorder.capture).toBe(first.capture)
    recorder.onRequestHead(request('/third'), 200)
    const fresh = new CaptureStore()
    const other = new ExchangeRecorder(fresh, fresh.beginUnknown(source), undefined)
    other.onRequestHead(request('/third'), 200)
    const facts = ({ capture }: ExchangeRecorder) => {
      const { id: _, sequence, second, startedAt, requestBody, responseBody, ...rest } = capture
      const { connectedMs, requestEndMs, responseHeadMs, endMs, remoteAddress, truncated } = capture
      const bodies = [requestBody, responseBody].map((body) => [body.bytes, body.storedBytes, body.read().toString()])
      return { ...rest, connectedMs, requestEndMs, responseHeadMs, endMs, remoteAddress, truncated, bodies }
    }
    expect(facts(recorder)).toEqual(facts(other))
  })

  test('are told nothing more by what recorded them', () => {
    const store = new CaptureStore({ limits: { maxCaptures: 1 } })
    const first = exchange(store, '/first')
    exchange(store, '/second')
    const third = exchange(store, '/third')
    expect(third.capture).toBe(first.capture)
    first.onFailure('ERR_LATE', 300)
    first.onResponseBody(Buffer.from('late'))
    first.onRequestEnd(['Late', '1'], 300)
    expect(third.capture).toMatchObject({ state: 'complete', failure: undefined, requestTrailers: undefined })
    expect(third.capture.responseBody.bytes).toBe(0)
  })

  test.each<[string, (store: CaptureStore, capture: Capture) => unknown]>([
    ['somebody listed', (store) => store.newestFirst()],
    ['somebody asked for', (store, { id }) => store.get(id)],
    [
      'somebody was told of',
      (store, capture) => {
        store.listen({})
        store.changed(capture)
      },
    ],
  ])('one that %s stays as it was', (_, know) => {
    const store = new CaptureStore({ limits: { maxCaptures: 1 } })
    const first = exchange(store, '/first', 'a body')
    know(store, first.capture)
    for (let count = 0; count < 5; count++) exchange(store, '/later')
    expect(first.capture).toMatchObject({ isGone: true, state: 'complete', requestHead: { target: '/first' } })
    expect(first.capture.responseBody.read().toString()).toBe('a body')
  })
})
