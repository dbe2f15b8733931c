import { setTimeout as delay } from 'node:timers/promises'
import type { CaptureDetail, CaptureList } from '@tunnel/inspector'
import type { LocalApi } from './local-api.ts'

const DEADLINE_MS = 10_000

/** The captures, oldest first, once there are `count` of them that are over. */
export async function settledCaptures(api: LocalApi, count: number): Promise<CaptureDetail[]> {
  const deadline = performance.now() + DEADLINE_MS
  for (;;) {
    const { captures } = await api.get<CaptureList>('/api/captures')
    if (captures.length >= count && captures.every(({ state }) => state !== 'open')) {
      return Promise.all(captures.reverse().map(({ uri }) => api.get<CaptureDetail>(uri)))
    }
    if (performance.now() > deadline) throw new Error(`${count} captures did not settle: ${JSON.stringify(captures)}`)
    await delay(5)
  }
}
