import { Inspector, type InspectorOptions, serveInspector } from '@tunnel/inspector'
import { onTestFinished } from 'vitest'
import { type Answer, request } from '../../harness/http-request.ts'

/** The local API of an inspector, as a program would use it. */
export class LocalApi {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async get<T>(path: string): Promise<T> {
    const answer = await request(this.url, { path })
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.text}`)
    return JSON.parse(answer.text) as T
  }

  bytes(path: string): Promise<Answer> {
    return request(this.url, { path })
  }

  send(method: string, path: string, body?: unknown): Promise<Answer> {
    if (body === undefined) return request(this.url, { method, path })
    const headers = { 'content-type': 'application/json' }
    return request(this.url, { method, path, headers, body: JSON.stringify(body) })
  }
}

/** An inspector with its API, which ends with the test. */
export async function startInspector(options: InspectorOptions = {}): Promise<{ inspector: Inspector; api: LocalApi }> {
  const inspector = new Inspector(options)
  const served = await serveInspector({ inspector, port: 0 })
  onTestFinished(() => served.close())
  return { inspector, api: new LocalApi(served.url) }
}
