import { readdirSync, readFileSync } from 'node:fs'

/** One message as llhttp's log tells it. */
export interface LoggedMessage {
  method: string
  target: string
  reason: string
  version: string
  status: number
  fields: [name: string, value: string][]
  trailers: [name: string, value: string][]
  body: string
  complete: boolean
  headComplete: boolean
}

export interface Fixture {
  /** File and headings: `request/uri: Quotes in URI`. */
  title: string
  /** `request`, `response`, or one of those with a leniency or another way to run it. */
  type: string
  input: Buffer
  messages: LoggedMessage[]
  /** llhttp's reason, unless it only paused for an upgrade. */
  error: string | undefined
}

const PAUSED = new Set(['21', '22', '23'])

/** The cases of llhttp's own Markdown tests, in the directory beside this file. */
export function loadFixtures(kind: 'request' | 'response'): Fixture[] {
  const directory = new URL(`./fixtures/llhttp/${kind}/`, import.meta.url)
  const files = readdirSync(directory).sort()
  return files.flatMap((file) =>
    parseFile(`${kind}/${file.replace('.md', '')}`, readFileSync(new URL(file, directory), 'utf8')),
  )
}

function parseFile(name: string, markdown: string): Fixture[] {
  const fixtures: Fixture[] = []
  const pattern = /^#+ (.+)$|<!-- meta=(\{.*?\}) ?-->|```(http|log)\n([\s\S]*?)```/gm
  let heading = ''
  let type = ''
  let input = ''
  for (const [, title, meta, language, content] of markdown.matchAll(pattern)) {
    if (title !== undefined) heading = title
    else if (meta !== undefined) type = typeOf(JSON.parse(meta) as { type: string; skipBody?: boolean })
    else if (language === 'http') input = content!
    else fixtures.push({ title: `${name}: ${heading}`, type, input: bytesFromNotation(input), ...parseLog(content!) })
  }
  return fixtures
}

/** `skipBody` tells llhttp that the caller knows there is none: a HEAD, in a response. */
function typeOf({ type, skipBody }: { type: string; skipBody?: boolean }): string {
  return skipBody ? `${type}-skip-body` : type
}

/** The notation of those files: a backslash at a line's end joins lines, every other line ends with CRLF, `\r \n \t \f \x00` are escapes. */
function bytesFromNotation(text: string): Buffer {
  const bytes = text
    .replace(/\n$/, '')
    .replace(/\\\n/g, '')
    .replace(/\n/g, '\r\n')
    .replace(/\\r/g, '\r')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/\\f/g, '\f')
    .replace(/\\x([0-9a-fA-F]+)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'utf8')
}

function parseLog(log: string): Pick<Fixture, 'messages' | 'error'> {
  const messages: LoggedMessage[] = []
  let error: string | undefined
  let message = emptyMessage()
  const begin = () => {
    message = emptyMessage()
    messages.push(message)
  }
  for (const line of log.split('\n')) {
    const event = line.replace(/^off=\S+ (len=\d+ )?/, '')
    if (event === 'message begin') begin()
    else if (event === 'message complete') message.complete = true
    else if (event.startsWith('headers complete')) noteHead(message, event)
    else if (event.startsWith('span[')) noteSpan(message, event)
    else if (event.startsWith('error code=')) error = failure(event)
  }
  return { messages, error }
}

function noteHead(message: LoggedMessage, event: string): void {
  message.headComplete = true
  message.status = Number(/status=(\d+)/.exec(event)?.[1] ?? 0)
}

function noteSpan(message: LoggedMessage, event: string): void {
  const [, kind, quoted] = /^span\[([a-z_]+)\]=(.*)$/s.exec(event)!
  const text =
    quoted === 'cr' ? '\r' : quoted === 'lf' ? '\n' : Buffer.from(quoted!.slice(1, -1), 'utf8').toString('latin1')
  const section = message.headComplete ? message.trailers : message.fields
  const last = section.at(-1)
  switch (kind) {
    case 'method':
      message.method += text
      break
    case 'url':
      message.target += text
      break
    case 'version':
      message.version += text
      break
    case 'status':
      message.reason += text
      break
    case 'header_field':
      section.push([text, ''])
      break
    case 'header_value':
      last![1] = (last![1] + text.replaceAll('\\t', '\t')).replace(/[ \t]+$/, '')
      break
    case 'body':
      message.body += text
      break
  }
}

function failure(event: string): string | undefined {
  const [, code, reason] = /^error code=(\d+) reason="(.*)"$/.exec(event)!
  return PAUSED.has(code!) ? undefined : reason
}

function emptyMessage(): LoggedMessage {
  return {
    method: '',
    target: '',
    reason: '',
    version: '',
    status: 0,
    fields: [],
    trailers: [],
    body: '',
    complete: false,
    headComplete: false,
  }
}
