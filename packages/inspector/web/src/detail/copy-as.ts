import type { CaptureDetail } from '../../../src/contract.ts'
import { fetchBody, MAX_BODY_BYTES } from '../api/bodies.ts'
import { attempt } from '../app/notices.tsx'
import type { CopiedRequest } from '../copy-as/request-text.ts'
import { copyText } from '../ui/clipboard.ts'
import { visitorUrl } from './visitor-url.ts'

const writers = {
  curl: ['cURL command', async () => (await import('../copy-as/curl.ts')).curlText],
  fetch: ['fetch call', async () => (await import('../copy-as/fetch.ts')).fetchText],
  httpie: ['HTTPie command', async () => (await import('../copy-as/httpie.ts')).httpieText],
} as const satisfies Record<string, readonly [string, () => Promise<(request: CopiedRequest) => string>]>

/** Puts the request into the clipboard as something that sends it again. */
export function copyAs(form: keyof typeof writers, detail: CaptureDetail): Promise<boolean> {
  const [name, load] = writers[form]
  return attempt('Copying failed', async () => {
    const { request } = detail
    if (!request) return
    const [write, { bytes }] = await Promise.all([
      load(),
      fetchBody(request.body, { decoded: false, length: MAX_BODY_BYTES }),
    ])
    await copyText(
      name,
      write({ method: request.method, url: visitorUrl(detail), headers: request.headers, body: bytes }),
    )
  })
}
