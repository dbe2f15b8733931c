import { isUtf8 } from 'node:buffer'
import type { HeaderPair } from '../contract/detail.ts'
import type { SavedTest, TestFormat } from '../contract/exports.ts'
import type { Capture } from '../store/capture.ts'
import { mediaType } from '../store/capture-kind.ts'
import { pairsOf } from '../view/detail.ts'
import { exportedHeaders } from './exported-headers.ts'

/** Headers that belong to the way, not to the request. */
const OF_THE_WAY =
  /^(host|connection|content-length|transfer-encoding|expect|te|trailer|x-forwarded-.*|accept-encoding)$/i

interface Exchange {
  method: string
  target: string
  headers: HeaderPair[]
  /** `undefined` without one. */
  body: Buffer | undefined
  status: number | undefined
  type: string
  /** The answer, where it is JSON. */
  json: unknown
}

/** An exchange as a test of the service, a command, or a file for HTTP clients. Everything of the capture stands in quotes of its language. */
export function savedTest(capture: Capture, format: TestFormat, includeSecrets: boolean): SavedTest {
  const exchange = exchangeOf(capture, includeSecrets)
  const name = `${exchange.method.toLowerCase()}-${exchange.target.split('?')[0]}`.replace(/[^a-z0-9]+/gi, '-')
  const stem = name.replace(/^-|-$/g, '').slice(0, 60) || 'exchange'
  if (format === 'curl') return { fileName: `${stem}.sh`, text: curl(exchange) }
  if (format === 'http') return { fileName: `${stem}.http`, text: httpFile(exchange) }
  return { fileName: `${stem}.test.js`, text: javascript(exchange, format) }
}

function exchangeOf(capture: Capture, includeSecrets: boolean): Exchange {
  const { requestHead, responseHead, requestBody, responseBody, bodiesHeld } = capture
  const body = bodiesHeld ? Buffer.alloc(0) : requestBody.read()
  const headers = pairsOf(requestHead?.headers ?? []).filter(([name]) => !OF_THE_WAY.test(name))
  const type = responseHead ? mediaType(responseHead.headers) : ''
  const isJson = /[/+]json$/.test(type) && responseBody.storedBytes === responseBody.bytes && !bodiesHeld
  return {
    method: requestHead?.method ?? 'GET',
    target: requestHead?.target ?? '/',
    headers: exportedHeaders(headers, includeSecrets),
    body: body.length > 0 ? body : undefined,
    status: responseHead?.status,
    type,
    json: isJson ? parsed(responseBody.read().toString()) : undefined,
  }
}

function javascript(
  { method, target, headers, body, status, type, json }: Exchange,
  format: 'vitest' | 'node',
): string {
  const isVitest = format === 'vitest'
  const equal = (actual: string, expected: string) =>
    isVitest ? `expect(${actual}).toEqual(${expected})` : `assert.deepEqual(${actual}, ${expected})`
  const lines = [
    ...(isVitest
      ? ["import { expect, test } from 'vitest'"]
      : ["import assert from 'node:assert/strict'", "import { test } from 'node:test'"]),
    '',
    "const base = process.env.BASE_URL ?? 'http://localhost:8080'",
    '',
    `test(${literal(`${method} ${target}`)}, async () => {`,
    `  const response = await fetch(base + ${literal(target)}, {`,
    `    method: ${literal(method)},`,
    "    redirect: 'manual',",
    ...(headers.length > 0 ? [`    headers: ${indented(headers)},`] : []),
    ...(body ? [`    body: ${bytesLiteral(body)},`] : []),
    '  })',
    ...(status === undefined ? [] : [`  ${equal('response.status', String(status))}`]),
    ...(type === '' ? [] : [`  ${equal("response.headers.get('content-type')?.split(';')[0]", literal(type))}`]),
    ...(json === undefined ? [] : [`  ${equal('await response.json()', indented(json, 2))}`]),
    '})',
    '',
  ]
  return lines.join('\n')
}

function curl({ method, target, headers, body }: Exchange): string {
  const parts = [
    `curl --path-as-is -i -X ${shellQuoted(method)} "\${BASE_URL:-http://localhost:8080}"${shellQuoted(target)}`,
    ...headers.map(([name, value]) => `-H ${shellQuoted(value === '' ? `${name};` : `${name}: ${value}`)}`),
  ]
  if (!body) return `${parts.join(' \\\n  ')}\n`
  if (isUtf8(body) && !body.includes(0)) {
    return `${[...parts, `--data-binary ${shellQuoted(body.toString())}`].join(' \\\n  ')}\n`
  }
  // A shell has no zero bytes in its words.
  const piped = [...parts, '--data-binary @-'].join(' \\\n  ')
  return `printf %s ${shellQuoted(body.toString('base64'))} | base64 -d | ${piped}\n`
}

function httpFile({ method, target, headers, body }: Exchange): string {
  const lines = ['@base = http://localhost:8080', '', `${method} {{base}}${target}`]
  lines.push(...headers.map(([name, value]) => `${name}: ${value}`))
  if (body) lines.push('', isUtf8(body) ? body.toString() : `< body of ${body.length} bytes that are no text`)
  return `${lines.join('\n')}\n`
}

/** What begins with @ would be the name of a file to curl. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** JSON is JavaScript, but for two line ends. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

function indented(value: unknown, by = 4): string {
  const text = JSON.stringify(value, null, 2).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  return text.replaceAll('\n', `\n${' '.repeat(by)}`)
}

function bytesLiteral(body: Buffer): string {
  return isUtf8(body) ? literal(body.toString()) : `Buffer.from('${body.toString('base64')}', 'base64')`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
