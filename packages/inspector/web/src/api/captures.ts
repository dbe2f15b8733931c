import type {
  CaptureChange,
  CaptureDetail,
  CaptureList,
  CaptureSummary,
  Direction,
  Imported,
  MessageList,
  ReplayRequest,
  ReplayStarted,
  SavedTest,
  SendMessage,
  TestFormat,
} from '../../../src/contract.ts'
import { request, requestJson, withQuery } from './request.ts'

const capture = (id: string): string => `/api/captures/${id}`

export const listCaptures = (
  query: { filter?: string; limit?: number; before?: string },
  signal?: AbortSignal,
): Promise<CaptureList> => requestJson(withQuery('/api/captures', query), signal ? { signal } : {})

export const readCapture = (id: string, signal?: AbortSignal): Promise<CaptureDetail> =>
  requestJson(capture(id), signal ? { signal } : {})

export const changeCapture = (id: string, change: CaptureChange): Promise<CaptureSummary> =>
  requestJson(capture(id), { method: 'PATCH', body: change })

export async function deleteCapture(id: string): Promise<void> {
  await request(capture(id), { method: 'DELETE' })
}

/** All that are not pinned, or those that a filter lets through. */
export const clearCaptures = (filter = ''): Promise<{ deleted: number }> =>
  requestJson(withQuery('/api/captures', { filter }), { method: 'DELETE' })

export const replayCapture = (id: string, replay: ReplayRequest): Promise<ReplayStarted> =>
  requestJson(`${capture(id)}/replay`, { method: 'POST', body: replay })

export const listMessages = (
  id: string,
  query: { after: number; limit: number; direction?: Direction | undefined },
  signal?: AbortSignal,
): Promise<MessageList> => requestJson(withQuery(`${capture(id)}/messages`, query), signal ? { signal } : {})

export async function readMessage(id: string, index: number): Promise<Uint8Array> {
  return new Uint8Array(await (await request(`${capture(id)}/messages/${index}`)).arrayBuffer())
}

export async function sendMessage(id: string, message: SendMessage): Promise<void> {
  await request(`${capture(id)}/messages`, { method: 'POST', body: message })
}

export const saveAsTest = (id: string, format: TestFormat, secrets: 'mask' | 'include'): Promise<SavedTest> =>
  requestJson(withQuery(`${capture(id)}/test`, { format, secrets }))

export async function exportHar(query: { filter?: string; ids?: string; secrets: 'mask' | 'include' }): Promise<Blob> {
  return (await request(withQuery('/api/captures.har', query))).blob()
}

export const importHar = (json: string): Promise<Imported> => requestJson('/api/captures.har', { method: 'POST', json })
