import { request as httpRequest } from 'node:http'
import { onTestFinished } from 'vitest'
import { Inspector, type InspectorOptions, type ServeInspectorOptions, serveInspector } from '../src/index.ts'

export interface ApiAnswer {
  status: number
  headers: NodeJS.Dict<string | string[]>
  bytes: Buffer
  /** The body, which has to be JSON. */
  json<T = Record<string, unknown>>(): T
}

export interface ApiCall {
  method?: string
  body?: unknown
  headers?: Record<string, string>
}

/** The local API on a free port; it ends with the test. */
export async function localApi(options: InspectorOptions = {}, serving: Partial<ServeInspectorOptions> = {}) {
  const inspector = new Inspector(options)
  const served = await serveInspector({ inspector, port: 0, ...serving })
  onTestFinished(() => served.close())
  return { inspector, served, call: (path: string, call?: ApiCall) => callApi(served.port, path, call) }
}

export function callApi(port: number, path: string, { method = 'GET', body, headers = {} }: ApiCall = {}) {
  return new Promise<ApiAnswer>((resolve, reject) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const type = body === undefined ? undefined : { 'content-type': 'application/json' }
    const options = { host: '127.0.0.1', port, path, method, agent: false, headers: { ...type, ...headers } }
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const { statusCode = 0 } = response
        resolve({ status: statusCode, headers: response.headers, bytes, json: () => JSON.parse(bytes.toString()) })
      })
    })
    request.on('error', reject)
    request.end(text)
  })
}
