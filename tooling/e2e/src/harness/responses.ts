/** One HTTP/1.1 response as a client on the wire sees it. */
export interface WireResponse {
  status: number
  /** Lowercase names; the last of repeated ones. */
  headers: Record<string, string>
  body: string
}

/**
 * Cuts what a connection received into responses. Written for tests and by hand, so that the edge's own codec is not judged by
 * itself. Throws on anything that is not a whole response. `methods` are those of the requests, where one was HEAD.
 */
export function responsesIn(text: string, methods: readonly string[] = []): WireResponse[] {
  const responses: WireResponse[] = []
  for (let rest = text; rest !== ''; ) {
    const headEnd = rest.indexOf('\r\n\r\n')
    const [statusLine = '', ...lines] = rest.slice(0, Math.max(headEnd, 0)).split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1])
    if (!status) throw new Error(`not a response: ${JSON.stringify(rest.slice(0, 200))}`)
    const headers = Object.fromEntries(lines.map((line) => splitField(line)))
    const { body, end } = bodyOf(rest, headEnd + 4, headers, status, methods[responses.length] ?? 'GET')
    responses.push({ status, headers, body })
    rest = rest.slice(end)
  }
  return responses
}

function splitField(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

function bodyOf(
  text: string,
  start: number,
  headers: Record<string, string>,
  status: number,
  method: string,
): { body: string; end: number } {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { body: '', end: start }
  if (headers['transfer-encoding'] === 'chunked') return dechunk(text, start)
  const end = start + Number(headers['content-length'])
  if (!(end <= text.length)) throw new Error(`body cut short: ${JSON.stringify(text.slice(start, start + 200))}`)
  return { body: text.slice(start, end), end }
}

function dechunk(text: string, start: number): { body: string; end: number } {
  let body = ''
  for (let at = start; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    if (lineEnd < 0 || Number.isNaN(size)) throw new Error(`not a chunk: ${JSON.stringify(text.slice(at, at + 100))}`)
    if (size === 0) return { body, end: text.indexOf('\r\n\r\n', lineEnd) + 4 }
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}
