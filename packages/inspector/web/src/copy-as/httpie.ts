import { base64, type CopiedRequest, copiedHeaders, copiedMethod, textOf } from './request-text.ts'
import { multiline, printableUrl, shellWord } from './shell-word.ts'

/** A command line of HTTPie (3 or later) that sends this request again. */
export function httpieText(request: CopiedRequest): string {
  const text = textOf(request.body)
  const hasBody = request.body.length > 0
  const start = [
    'http',
    ...(text === undefined ? [] : ['--ignore-stdin']),
    shellWord(copiedMethod(request)),
    shellWord(printableUrl(request.url)),
  ]
  const words = [start.join(' '), ...copiedHeaders(request).map(([name, value]) => shellWord(headerItem(name, value)))]
  if (hasBody && text !== undefined) words.push(`--raw=${shellWord(text)}`)
  const command = multiline(words)
  return text === undefined ? `printf %s '${base64(request.body)}' | base64 -d | \\\n${command}` : command
}

/** `Name:=x` would be JSON and `Name:@x` a file: what starts the value like that is escaped. */
function headerItem(name: string, value: string): string {
  if (value === '') return `${name};`
  return /^[:;=@]/.test(value) ? `${name}:\\${value}` : `${name}:${value}`
}
