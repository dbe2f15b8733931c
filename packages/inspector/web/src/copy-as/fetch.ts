import { base64, type CopiedRequest, copiedHeaders, copiedMethod, textOf } from './request-text.ts'

/** A call of `fetch` that sends this request again, for Node and browsers. */
export function fetchText(request: CopiedRequest): string {
  const lines: string[] = []
  const method = copiedMethod(request)
  if (method !== 'GET') lines.push(`method: ${JSON.stringify(method)}`)
  const headers = copiedHeaders(request)
  if (headers.length > 0) {
    lines.push(
      `headers: [\n${headers.map((pair) => `    [${pair.map((word) => JSON.stringify(word)).join(', ')}],`).join('\n')}\n  ]`,
    )
  }
  if (request.body.length > 0) lines.push(`body: ${bodyExpression(request.body)}`)
  const url = JSON.stringify(request.url)
  return lines.length === 0
    ? `await fetch(${url})`
    : `await fetch(${url}, {\n${lines.map((line) => `  ${line},`).join('\n')}\n})`
}

function bodyExpression(body: Uint8Array): string {
  const text = textOf(body)
  if (text !== undefined) return JSON.stringify(text)
  return `Uint8Array.from(atob("${base64(body)}"), (character) => character.charCodeAt(0))`
}
